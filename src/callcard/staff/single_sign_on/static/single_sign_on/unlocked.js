// The tab in which somebody came back from the company's sign-in: tells the locked tabs, and closes if it may.
const { user } = document.getElementById("unlocked").dataset;
new BroadcastChannel(`callcard-lock-${user}`).postMessage("unlocked");
window.close();
