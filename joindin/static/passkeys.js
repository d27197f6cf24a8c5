// Creates or uses a passkey with the browser's WebAuthn API and submits the result.
"use strict";

const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("button[data-start]");
const errorText = form.querySelector("[data-error]");
const options = JSON.parse(form.dataset.passkey);
const creates = form.dataset.creates === "yes";

async function start() {
  errorText.textContent = "";
  try {
    const credential = creates
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    errorText.textContent = errorText.dataset.failed.replace("{reason}", () => error.message);
  }
}

if (window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON) {
  button.hidden = false;
  button.addEventListener("click", start);
} else {
  errorText.textContent = errorText.dataset.unsupported;
}
