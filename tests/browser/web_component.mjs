// Shows a page with the custom elements in jsdom. Standard input: JSON with the script, the page and the responses by
// address. Standard output: JSON with the requested addresses, the contents of the elements, and errors.

import { readFileSync } from "node:fs"
import { JSDOM, VirtualConsole } from "jsdom"

const { script, page, responses, changes } = JSON.parse(readFileSync(0))
const requested = [], errors = []
const console = new VirtualConsole()
console.on("jsdomError", error => error.type === "css parsing" || errors.push(String(error)))

const { window } = new JSDOM(page, { runScripts: "outside-only", url: "https://blog.example/post", virtualConsole: console })
window.fetch = async address => {
  requested.push(address)
  if (!(address in responses)) throw new TypeError("no connection")
  const { status = 200, body } = responses[address]
  return { ok: status < 400, status, json: async () => JSON.parse(JSON.stringify(body)) }
}
const settle = () => new Promise(resolve => setTimeout(resolve, 50))

for (let loads = 0; loads < 2; loads++) window.eval(script)
await settle()
for (const [name, value] of changes ?? []) window.document.querySelector("[baseurl]").setAttribute(name, value)
await settle()

const contents = [...window.document.querySelectorAll("gancio-event, gancio-events")].map(element => ({
  isBusy: element.hasAttribute("aria-busy"),
  text: [...element.shadowRoot.children].filter(child => child.localName !== "style").map(child => child.textContent).join("").replace(/\s+/g, " ").trim(),
  links: [...element.shadowRoot.querySelectorAll("a, link")].map(link => link.href),
  images: [...element.shadowRoot.querySelectorAll("img")].map(image => [image.src, image.alt, image.style.objectPosition]),
  elements: [...new Set([...element.shadowRoot.querySelectorAll("*")].map(each => each.localName))].sort(),
  classes: [...element.shadowRoot.querySelectorAll(".box")].map(box => box.className),
}))
process.stdout.write(JSON.stringify({ requested, contents, errors }))
window.close()
