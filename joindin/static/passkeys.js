// Asks the device to make or use a passkey, and sends its answer with the form. The one script of this site.
"use strict";

const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("button[data-ask]");
const trouble = form.querySelector("[data-trouble]");
const options = JSON.parse(form.dataset.passkey);
const makes = form.dataset.makes === "yes";

async function ask() {
  trouble.textContent = "";
  try {
    const answer = makes
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.answer.value = JSON.stringify(answer.toJSON());
    form.submit();
  } catch (reason) {
    trouble.textContent = `That did not work: ${reason.message}`;
  }
}

if (window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON) {
  button.hidden = false;
  button.addEventListener("click", ask);
} else {
  trouble.textContent = "This browser cannot use passkeys here.";
}
