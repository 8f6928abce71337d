// The time zone follows the country while somebody says where they are: a country with one has it written in at once;
// of one with several the list shows those alone.
const country = document.querySelector("[data-zones]");
const zone = country.form.elements.time_zone;
const zones = JSON.parse(country.dataset.zones);
const all = [...zone.list.options].map((option) => option.value);

country.addEventListener("change", () => {
  const its = zones[country.value] ?? [];
  if (its.length && !its.includes(zone.value)) zone.value = its.length === 1 ? its[0] : "";
  zone.list.replaceChildren(...(its.length ? its : all).map((name) => Object.assign(document.createElement("option"), { value: name })));
});
