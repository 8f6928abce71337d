/** POST a form to the server; the text of its answer. Fails unless the answer is a good one; `words` of what it refused. */
export async function post(url, fields = {}) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(fields),
    headers: { "X-CSRFToken": document.body.dataset.csrf, "X-Callcard-Window": "1" },
    redirect: "error",
    keepalive: true, // an answer given while the page is being left still counts
  });
  if (!response.ok) throw Object.assign(new Error(`${response.status} ${url}`), { words: response.status === 422 ? await response.text() : "" });
  return response.text();
}
