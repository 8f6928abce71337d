// How a call sounds, in one word, from what the browser counts.
const FAIR = { lost: 0.02, jitter: 0.03, roundTrip: 0.3 };
const POOR = { lost: 0.06, jitter: 0.08, roundTrip: 0.6 };

/** "good", "fair" or "poor". `lost`: share of packets in either direction; `jitter`, `roundTrip`: seconds. */
export function inWords({ lost, jitter, roundTrip }) {
  const measured = { lost, jitter, roundTrip };
  const isPast = (limits) => Object.keys(limits).some((name) => (measured[name] ?? 0) > limits[name]);
  if (isPast(POOR)) return "poor";
  return isPast(FAIR) ? "fair" : "good";
}

/** Since the last time it was asked. */
export class QualityMeter {
  constructor(connection) {
    this.connection = connection;
    this.before = { received: 0, lost: 0 };
  }

  /** The figures as for `inWords`; null before anything was received. */
  async measure() {
    const report = [...(await this.connection.getStats()).values()];
    const inbound = report.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
    const far = report.find(({ type, kind }) => type === "remote-inbound-rtp" && kind === "audio");
    if (!inbound?.packetsReceived) return null;
    const received = inbound.packetsReceived - this.before.received;
    const lost = Math.max(0, inbound.packetsLost - this.before.lost);
    this.before = { received: inbound.packetsReceived, lost: inbound.packetsLost };
    const share = received + lost ? lost / (received + lost) : 0;
    return { lost: Math.max(share, far?.fractionLost ?? 0), jitter: Math.max(inbound.jitter ?? 0, far?.jitter ?? 0), roundTrip: far?.roundTripTime ?? 0 };
  }
}
