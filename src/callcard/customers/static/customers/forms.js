// What the windows of customers need beside htmx.
import "./alike-check.js";
import "./file-drop.js";
import "./form-rows.js";
import "./portrait-input.js";
