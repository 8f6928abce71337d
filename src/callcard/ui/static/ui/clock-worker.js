// Browsers slow the timers of a hidden page down to one a minute, but not those of a worker.
onmessage = ({ data: { id, ms } }) => setTimeout(() => postMessage(id), ms);
