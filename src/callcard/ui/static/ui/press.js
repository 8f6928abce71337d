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

/** Whether a person presses `yes`, of two buttons beside the question. */
export const answerTo = (question, yes, no) => new Promise((decide) => toast(question, [[yes, () => decide(true)], [no, () => decide(false)]]));

/** As `press`; what the server asks first is asked, and yes is sent. undefined: an answer was no. */
export async function pressAndAnswer(url, fields, key = freshKey()) {
  const { status, data } = await press(url, fields, key);
  if (!data.ask) return { status, data };
  const { callIt, doNotCall } = document.getElementById("toast").dataset;
  const isYes = await answerTo(data.ask, data.yes ?? callIt, data.no ?? doNotCall);
  return isYes ? pressAndAnswer(url, { ...fields, ...data.answer }, key) : undefined;
}
