// A token that was not accepted comes back to this page under the form's own address.
const wrong = document.getElementById("wrong");
if (wrong) wrong.hidden = location.pathname !== "/signin";
