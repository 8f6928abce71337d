// What is asked of the server in the name of one press of a button: repeated, it is done once.
import { toast } from "./toast.js";

export const freshKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2, 12)}`;

/** {status, data}; status 0 when nobody knows whether it arrived. */
export async function press(url, fields, key = freshKey()) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1", "Idempotency-Key": key },
      redirect: "error",
    });
    return { status: response.status, data: await response.json().catch(() => ({})) };
  } catch {
    return { status: 0, data: {} };
  }
}

/** As `press`; a question of the server is asked, and yes is sent. undefined: the answer was no. */
export async function pressAndAnswer(url, fields, key = freshKey()) {
  const answer = await press(url, fields, key);
  if (!answer.data.ask) return answer;
  const { callIt, doNotCall } = document.getElementById("toast").dataset;
  const isSure = await new Promise((decide) => toast(answer.data.ask, [[callIt, () => decide(true)], [doNotCall, () => decide(false)]]));
  return isSure ? press(url, { ...fields, sure: "1" }, key) : undefined;
}
