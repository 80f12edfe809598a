// The token leaves the address for the form, which only the person can send.
const token = new URLSearchParams(location.search).get("token") ?? "";
const field = document.getElementById("token");
if (field instanceof HTMLInputElement) field.value = token;
history.replaceState(null, "", "/");
