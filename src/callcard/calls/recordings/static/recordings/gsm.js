// GSM full rate (ETSI EN 300 961, "GSM 06.10"), as telephone systems write it into .gsm files and into WAV ("WAV49"):
// 160 samples of 8000 a second out of 260 bits. The names are those of the standard.

export const GSM_RATE = 8000;
const SAMPLES = 160;
const BITS_OF_LAR = [6, 6, 5, 5, 4, 4, 3, 3];
const MIC = [-32, -32, -16, -16, -8, -8, -4, -4];
const B = [0, 0, 2048, -2560, 94, -1792, -341, -1144];
const INVA = [13107, 13107, 13107, 13107, 19223, 17476, 31454, 29708];
const QLB = [3277, 11469, 21299, 32767];
const FAC = [18431, 20479, 22527, 24575, 26623, 28671, 30719, 32767];
const PULSES = 13;
const LAG = 120; // samples that the long-term filter looks back

const fit = (value) => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);
const times = (one, other) => fit((one * other + 16384) >> 15); // of fractions, rounded

/** Numbers of so many bits each, the highest bit first, as in .gsm; or the lowest first, as in WAV49. */
class Bits {
  constructor(bytes, at, isLowFirst) {
    Object.assign(this, { bytes, at, isLowFirst });
  }

  take(count) {
    let value = 0;
    for (let bit = 0; bit < count; bit += 1, this.at += 1) {
      const byte = this.bytes[this.at >> 3];
      if (this.isLowFirst) value |= ((byte >> (this.at & 7)) & 1) << bit;
      else value = (value << 1) | ((byte >> (7 - (this.at & 7))) & 1);
    }
    return value;
  }
}

class Decoder {
  constructor() {
    this.residue = new Int32Array(LAG + 40); // what was heard before the short-term filter, then 40 new
    this.lag = 40;
    this.areas = new Int32Array(8); // log area ratios of the frame before
    this.ladder = new Int32Array(9);
    this.emphasis = 0;
  }

  frame(bits, out, at) {
    const areas = BITS_OF_LAR.map((size, i) => 2 * times(INVA[i], ((bits.take(size) + MIC[i]) << 10) - 2 * B[i])).map(fit);
    const heard = new Int32Array(SAMPLES);
    for (let part = 0; part < 4; part += 1) heard.set(this.quarter(bits), part * 40);
    this.shape(heard, areas);
    this.areas = areas;
    for (let k = 0; k < SAMPLES; k += 1) {
      this.emphasis = fit(heard[k] + times(this.emphasis, 28180));
      out[at + k] = fit(2 * this.emphasis) & ~7;
    }
  }

  /** 40 samples: pulses on a grid of every third, on top of what was heard a pitch ago. */
  quarter(bits) {
    const [lag, gain, grid, size] = [bits.take(7), bits.take(2), bits.take(2), bits.take(6)];
    if (lag >= 40 && lag <= LAG) this.lag = lag;
    const { residue } = this;
    residue.copyWithin(0, 40);
    for (let k = 0; k < 40; k += 1) residue[LAG + k] = times(QLB[gain], residue[LAG + k - this.lag]);
    const pulse = pulsesOf(size);
    for (let i = 0; i < PULSES; i += 1) residue[LAG + grid + 3 * i] = fit(residue[LAG + grid + 3 * i] + pulse(bits.take(3)));
    return residue.subarray(LAG);
  }

  /** The short-term filter; its shape glides from that of the frame before within the first 40 samples. */
  shape(heard, now) {
    const past = this.areas;
    const glide = [
      [0, 13, (i) => (past[i] >> 2) + (now[i] >> 2) + (past[i] >> 1)],
      [13, 27, (i) => (past[i] >> 1) + (now[i] >> 1)],
      [27, 40, (i) => (past[i] >> 2) + (now[i] >> 2) + (now[i] >> 1)],
      [40, SAMPLES, (i) => now[i]],
    ];
    for (const [from, to, area] of glide) this.filter(heard, from, to, now.map((_, i) => reflection(fit(area(i)))));
  }

  filter(heard, from, to, reflections) {
    const { ladder } = this;
    for (let k = from; k < to; k += 1) {
      let value = heard[k];
      for (let i = 7; i >= 0; i -= 1) {
        value = fit(value - times(reflections[i], ladder[i]));
        ladder[i + 1] = fit(ladder[i] + times(reflections[i], value));
      }
      heard[k] = ladder[0] = value;
    }
  }
}

/** How high each pulse of three bits is, where the highest is `size`. */
function pulsesOf(size) {
  let exponent = size > 15 ? (size >> 3) - 1 : 0;
  let mantissa = size - (exponent << 3);
  if (mantissa === 0) [exponent, mantissa] = [-4, 15];
  for (; mantissa <= 7; exponent -= 1) mantissa = (mantissa << 1) | 1;
  const shift = 6 - exponent;
  const half = shift > 0 ? 1 << (shift - 1) : 0;
  return (code) => fit(times(FAC[mantissa - 8], (2 * code - 7) << 12) + half) >> shift;
}

function reflection(area) {
  const size = Math.min(32767, Math.abs(area));
  const found = size < 11059 ? 2 * size : size < 20070 ? size + 11059 : fit((size >> 2) + 26112);
  return area < 0 ? -found : found;
}

/** The samples of a .gsm file. */
export function decodeGsm(bytes) {
  const frames = Math.floor(bytes.length / 33);
  return decoded(frames, (frame) => new Bits(bytes, frame * 264 + 4, false)); // four bits say that it is GSM
}

/** The samples of the data of a WAV file with GSM in it: blocks of 65 bytes with two frames each. */
export function decodeWav49(bytes) {
  const frames = 2 * Math.floor(bytes.length / 65);
  return decoded(frames, (frame) => new Bits(bytes, frame * 260, true));
}

function decoded(frames, bitsOf) {
  const [decoder, out] = [new Decoder(), new Int16Array(frames * SAMPLES)];
  for (let frame = 0; frame < frames; frame += 1) decoder.frame(bitsOf(frame), out, frame * SAMPLES);
  return out;
}
