// What the server says now, for an element that draws it.

/** A function that asks `url()` and gives the answer to `show`. One question at a time; when it is called meanwhile, it asks
 * once more afterwards. While the server is away nothing is shown: whoever calls again will know more. */
export function asking(url, show) {
  let isAsking = false;
  let isStale = false;
  return async function ask() {
    isStale = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      const response = await fetch(url(), { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
      if (response.ok) show(await response.text());
    } catch {
      // See above.
    }
    isAsking = false;
    if (isStale) ask();
  };
}
