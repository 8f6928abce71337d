// A press that came to nothing is told the server, which counts the calls of a day.
import { press } from "../ui/press.js";

export const notMade = (command) => void (command && press(`/calls/placed/${encodeURIComponent(command)}/not-made`, {}));
