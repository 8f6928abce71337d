/** What the server knows of whom one talks with: {name, number, call}. `more`: "&only", "&rings". Fails when it does not answer. */
export async function askWho(number, more = "") {
  const response = await fetch(`/calls/who?number=${encodeURIComponent(number)}${more}`, { headers: { "X-Callcard-Window": "1" }, redirect: "error" });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}
