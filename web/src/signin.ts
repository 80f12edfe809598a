// A token that was not accepted comes back to this page under the form's own address.
const wrong = document.getElementById("wrong");
if (wrong) wrong.hidden = location.pathname !== "/signin";

// Whoever came by a link is led to where it leads: browsers carry what stands behind # over to the page that follows.
const form = document.querySelector("form");
if (form) form.action = `/signin${location.hash}`;
