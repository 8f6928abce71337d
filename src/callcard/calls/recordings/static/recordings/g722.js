// G.722 at 64 kbit/s (ITU-T G.722): each byte is two samples of 16000 a second, a lower band of six bits and a higher one of
// two. The names of tables are those of the standard.

export const G722_RATE = 16000;
const ILB = [2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008];
const QM6_SIZES = [24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728];
const QM6 = [-136, -136, -136, -136, ...QM6_SIZES.map((size) => -size), ...QM6_SIZES, 432, 136, -432, -136];
const QM4_SIZES = [20456, 12896, 8968, 6288, 4240, 2584, 1200];
const QM4 = [0, ...QM4_SIZES.map((size) => -size), ...QM4_SIZES, 0];
const QM2 = [-7408, -1616, 7408, 1616];
const WL = [3042, 1198, 538, 334, 172, 58, -30]; // by how large the difference was, the largest first
const LOG_OF_LOW = [-60, ...WL, ...WL, -60];
const LOG_OF_HIGH = [798, -214, 798, -214];
const MIRROR = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

const fit = (value) => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);
const within = (value, least, most) => (value < least ? least : value > most ? most : value);

/** One band: it tells the next sample from those before, and learns from each difference. */
class Band {
  constructor({ step, most, shift, logs }) {
    Object.assign(this, { step, most, shift, logs, log: 0, guess: 0, guessZeros: 0 });
    this.a = new Int32Array(2); // of the two poles
    this.b = new Int32Array(6); // of the six zeros
    this.differences = new Int32Array(6); // the latest first, as all that follow
    this.samples = new Int32Array(2);
    this.partial = new Int32Array(2);
  }

  /** How large the next difference may be. */
  scale(code) {
    this.log = within(((this.log * 127) >> 7) + this.logs[code], 0, this.most);
    const base = ILB[(this.log >> 6) & 31];
    const down = this.shift - (this.log >> 11);
    this.step = (down < 0 ? base << -down : base >> down) << 2;
  }

  learn(difference) {
    const sample = fit(this.guess + difference);
    const partial = fit(this.guessZeros + difference);
    this.turnPoles(partial);
    this.turnZeros(difference);
    push(this.differences, difference);
    push(this.samples, sample);
    push(this.partial, partial);
    this.predict();
  }

  turnPoles(partial) {
    const { a } = this;
    const isAsLast = this.partial[0] < 0 === partial < 0;
    const isAsBefore = this.partial[1] < 0 === partial < 0;
    const lean = fit(a[0] << 2);
    const turned = Math.min(32767, isAsLast ? -lean : lean) >> 7;
    const second = within(turned + (isAsBefore ? 128 : -128) + ((a[1] * 32512) >> 15), -12288, 12288);
    const limit = fit(15360 - second);
    a[0] = within(fit((isAsLast ? 192 : -192) + ((a[0] * 32640) >> 15)), -limit, limit);
    a[1] = second;
  }

  turnZeros(difference) {
    const { b, differences } = this;
    const turn = difference === 0 ? 0 : 128;
    for (let i = 0; i < 6; i += 1) b[i] = fit((differences[i] < 0 === difference < 0 ? turn : -turn) + ((b[i] * 32640) >> 15));
  }

  predict() {
    const { a, b, samples, differences } = this;
    let zeros = 0;
    for (let i = 0; i < 6; i += 1) zeros += (b[i] * fit(2 * differences[i])) >> 15;
    this.guessZeros = fit(zeros);
    const poles = fit(((a[0] * fit(2 * samples[0])) >> 15) + ((a[1] * fit(2 * samples[1])) >> 15));
    this.guess = fit(poles + this.guessZeros);
  }
}

function push(latest, value) {
  for (let i = latest.length - 1; i > 0; i -= 1) latest[i] = latest[i - 1];
  latest[0] = value;
}

/** The samples of a .g722 file. */
export function decodeG722(bytes) {
  const low = new Band({ step: 32, most: 18432, shift: 8, logs: LOG_OF_LOW });
  const high = new Band({ step: 8, most: 22528, shift: 10, logs: LOG_OF_HIGH });
  const [out, heard] = [new Int16Array(bytes.length * 2), new Int32Array(24)];
  for (let at = 0; at < bytes.length; at += 1) {
    const lower = bytes[at] & 63;
    const upper = bytes[at] >> 6;
    const lowSample = within(low.guess + ((low.step * QM6[lower]) >> 15), -16384, 16383);
    const lowDifference = (low.step * QM4[lower >> 2]) >> 15;
    low.scale(lower >> 2);
    low.learn(lowDifference);
    const highDifference = (high.step * QM2[upper]) >> 15;
    const highSample = within(high.guess + highDifference, -16384, 16383);
    high.scale(upper);
    high.learn(highDifference);
    heard.copyWithin(0, 2);
    heard[22] = lowSample + highSample;
    heard[23] = lowSample - highSample;
    join(heard, out, 2 * at);
  }
  return out;
}

/** Both bands become two samples (the mirror filter that took them apart). */
function join(heard, out, at) {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < 12; i += 1) {
    even += heard[2 * i] * MIRROR[i];
    odd += heard[2 * i + 1] * MIRROR[11 - i];
  }
  out[at] = fit(odd >> 11);
  out[at + 1] = fit(even >> 11);
}
