// One tab of all that are open does what must be done once.
import { every } from "./clock.js";

const LEASE_MS = 5000;

/** Call `start` when this tab becomes the one that holds `name`; it then holds it until it is closed. */
export function lead(name, start) {
  if (navigator.locks) navigator.locks.request(name, () => (start(), new Promise(() => {})));
  else leadByLease(name, start); // browsers keep Web Locks from pages that come over plain HTTP from another machine
}

/** The same by a lease in localStorage: whoever renews it leads; when it runs out, the next tab takes it. */
function leadByLease(name, start) {
  const me = `${Date.now()}-${Math.random()}`;
  let leads = false;
  const read = () => JSON.parse(localStorage.getItem(name) || "null");
  const write = () => localStorage.setItem(name, JSON.stringify({ holder: me, until: Date.now() + LEASE_MS }));
  const tryIt = () => {
    const lease = read();
    if (lease && lease.holder !== me && lease.until > Date.now()) return;
    write();
    if (!leads) setTimeout(confirm, 60); // another tab may have written at the same moment: the last one wins
  };
  const confirm = () => {
    if (leads || read()?.holder !== me) return;
    leads = true;
    start();
  };
  const give = () => read()?.holder === me && localStorage.removeItem(name);
  addEventListener("pagehide", give);
  addEventListener("storage", (event) => event.key === name && event.newValue === null && tryIt());
  every(LEASE_MS / 3, tryIt);
  tryIt();
}
