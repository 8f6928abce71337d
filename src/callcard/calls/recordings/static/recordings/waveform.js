// How loud a recording is, as numbers from 0 to 1, and drawn.

const PEAKS = 400;
const BAR = 3; // pixels from one bar to the next
const LEAST = 0.02;

/** From base64, a byte for each. */
export function peaksIn(text) {
  return Array.from(atob(text), (letter) => letter.charCodeAt(0) / 255);
}

/** Decodes the whole sound; none when the browser cannot. */
export async function peaksOfSound(url) {
  try {
    const response = await fetch(url);
    if (!response.ok) return [];
    const sound = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(await response.arrayBuffer());
    return loudest(sound.getChannelData(0), 1);
  } catch {
    return [];
  }
}

/** Of 16-bit samples. */
export function peaksOfSamples(samples) {
  return loudest(samples, 32767);
}

function loudest(samples, whole) {
  const length = Math.max(1, Math.floor(samples.length / PEAKS));
  return Array.from({ length: Math.min(PEAKS, samples.length) }, (_, place) => {
    let most = 0;
    for (let at = place * length; at < (place + 1) * length; at += 1) most = Math.max(most, Math.abs(samples[at] ?? 0));
    return Math.min(1, most / whole);
  });
}

/** `heard`: the share that has been played. A soft recording is drawn as high as a loud one. */
export function drawWave(canvas, peaks, heard) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  const scale = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  const styles = getComputedStyle(canvas);
  const [played, quiet] = [styles.getPropertyValue("--cc-accent"), styles.getPropertyValue("--cc-rule-strong")];
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  const bars = Math.floor(width / BAR);
  const most = peaks.reduce((one, other) => Math.max(one, other), 0) || 1;
  for (let bar = 0; bar < bars; bar += 1) {
    const size = peaks.length ? Math.max(LEAST, most < LEAST ? 0 : peakOf(peaks, bar, bars) / most) : 0.08;
    pen.fillStyle = bar / bars < heard ? played : quiet;
    const high = Math.max(2, size * (height - 8));
    pen.fillRect(bar * BAR, (height - high) / 2, BAR - 1, high);
  }
}

function peakOf(peaks, bar, bars) {
  const first = Math.floor((bar * peaks.length) / bars);
  const end = Math.max(first + 1, Math.floor(((bar + 1) * peaks.length) / bars));
  return peaks.slice(first, end).reduce((one, other) => Math.max(one, other), 0);
}
