/** POST a form to the server; the text of its answer. Fails unless the answer is a good one. */
export async function post(url, fields = {}) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" },
    redirect: "error",
    keepalive: true, // an answer given while the page is being left still counts
  });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.text();
}
