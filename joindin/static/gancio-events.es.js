// Custom elements that show events of this server on other web sites.
//
//   <gancio-event baseurl="https://agenda.example" id="slug-or-id"></gancio-event>
//   <gancio-events baseurl="https://agenda.example" title="Next" maxlength="5" tags="a,b" places="1,2" collection="name"
//     show_recurrent="true" sidebar="false" theme="dark" external_style="https://here.example/style.css"></gancio-events>
//
// An element loads its events when it appears on the page and when one of its attributes changes. Everything that it
// shows is set as text or as a checked address, never as HTML.
//
// The block keeps the names out of pages that load this file as a plain script.
{
  const STYLE = `
:host { display: block; color-scheme: inherit; font-family: inherit; max-width: 60rem;
  --ink: light-dark(#1b1f24, #eef1f4); --paper: light-dark(#fff, #1c2127); --muted: light-dark(#545b64, #b3bbc4);
  --line: light-dark(#d0d5db, #434b54); --accent: light-dark(#1f4e79, #9cc9f5); }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
.box { background: var(--paper); color: var(--ink); }
header { display: flex; align-items: center; gap: .75rem; padding: .5rem .75rem; border-block-end: 1px solid var(--line); }
header img { width: 2.5rem; height: 2.5rem; object-fit: contain; }
h2 { margin: 0; font-size: 1.2rem; overflow-wrap: anywhere; }
h2 a { color: inherit; }
ul { list-style: none; margin: 0; padding: 0; }
li + li { border-block-start: 1px solid var(--line); }
.event { display: flex; gap: .75rem; padding: .75rem; color: inherit; text-decoration: none; min-height: 2.75rem; }
.event:hover .name, .event:focus-visible .name { text-decoration: underline; }
.event:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; }
.event img { flex: none; width: 6rem; height: 4rem; object-fit: cover; border-radius: .25rem; background: var(--line); }
.wide .event { flex-direction: column; }
.wide .event img { width: 100%; height: 12rem; }
.text { min-width: 0; overflow-wrap: anywhere; }
.text > * { display: block; }
time, .name { color: var(--accent); font-weight: 600; }
.name { color: var(--ink); }
.place, .tags, .state { color: var(--muted); }
.state { margin: 0; padding: .75rem; }`

  const create = (name, properties = {}, ...children) => {
    const element = document.createElement(name)
    for (const [key, value] of Object.entries(properties)) {
      if (value !== undefined && value !== null) element.setAttribute(key, value)
    }
    element.append(...children.filter(child => child !== null))
    return element
  }

  // The whole address, or null if it is not one of the web.
  const webAddress = text => {
    if (!text) return null
    try {
      const address = new URL(text, document.baseURI)
      return ['http:', 'https:'].includes(address.protocol) ? address.href : null
    } catch {
      return null
    }
  }

  const isTrue = text => text !== null && text.toLowerCase() === 'true'

  const formatTime = (seconds, options) =>
    new Intl.DateTimeFormat(document.documentElement.lang || undefined, options).format(new Date(seconds * 1000))

  const DAY = { weekday: 'long', day: 'numeric', month: 'long' }
  const TIME = { hour: '2-digit', minute: '2-digit' }

  const formatDates = event => {
    const start = formatTime(event.start_datetime, { ...DAY, ...TIME })
    if (!event.end_datetime) return start
    const sameDay = formatTime(event.start_datetime, DAY) === formatTime(event.end_datetime, DAY)
    return event.multidate || !sameDay
      ? `${start} – ${formatTime(event.end_datetime, { ...DAY, ...TIME })}`
      : `${start} – ${formatTime(event.end_datetime, TIME)}`
  }

  const eventAddress = (base, event) => {
    return webAddress(event.ap_id) ?? `${base}/event/${encodeURIComponent(event.slug || event.id)}`
  }

  const createImage = (base, event) => {
    const media = event.media && event.media[0]
    const image = create('img', {
      src: media ? `${base}/media/thumb/${encodeURIComponent(media.url)}` : `${base}/fallbackimage.png`,
      alt: media ? media.name || '' : '',
      loading: 'lazy',
    })
    if (media && Array.isArray(media.focalpoint)) {
      const [x, y] = media.focalpoint.map(point => (Number(point) + 1) * 50)
      image.style.objectPosition = `${x}% ${y}%`
    }
    return image
  }

  const createEvent = (base, event, hasImage = true) =>
    create('a', { class: 'event', href: eventAddress(base, event), part: 'event' },
      hasImage ? createImage(base, event) : null,
      create('span', { class: 'text' },
        create('time', { datetime: new Date(event.start_datetime * 1000).toISOString() }, formatDates(event)),
        create('span', { class: 'name' }, event.title),
        create('span', { class: 'place' }, event.place && event.place.name ? event.place.name : ''),
        event.tags && event.tags.length
          ? create('span', { class: 'tags' }, event.tags.map(tag => `#${tag.tag ?? tag}`).join(' '))
          : null))

  class AgendaElement extends HTMLElement {
    #loading = null
    #isScheduled = false

    constructor() {
      super()
      this.attachShadow({ mode: 'open' })
    }

    connectedCallback() {
      this.#schedule()
    }

    disconnectedCallback() {
      this.#loading?.abort()
    }

    attributeChangedCallback(_name, before, after) {
      if (this.isConnected && before !== after) this.#schedule()
    }

    get base() {
      return webAddress(this.getAttribute('baseurl'))?.replace(/[?#].*$/, '').replace(/\/+$/, '') ?? null
    }

    // Several attributes that change at once cause one request.
    #schedule() {
      if (this.#isScheduled) return
      this.#isScheduled = true
      queueMicrotask(() => {
        this.#isScheduled = false
        if (this.isConnected) this.#load()
      })
    }

    async #load() {
      this.#loading?.abort()
      const loading = this.#loading = new AbortController()
      const address = this.base && this.address
      if (!address) return this.#show()
      this.setAttribute('aria-busy', 'true')
      try {
        const response = await fetch(address, { signal: loading.signal, credentials: 'omit' })
        if (!response.ok) throw new Error(`status ${response.status}`)
        const content = this.render(await response.json())
        if (!loading.signal.aborted) this.#show(content)
      } catch {
        if (!loading.signal.aborted) this.#show(create('p', { class: 'state', role: 'status' }, 'The events cannot be shown now.'))
      } finally {
        if (this.#loading === loading) this.removeAttribute('aria-busy')
      }
    }

    #show(...content) {
      const style = webAddress(this.getAttribute('external_style'))
      this.shadowRoot.replaceChildren(
        create('style', {}, STYLE),
        ...(style ? [create('link', { rel: 'stylesheet', href: style })] : []),
        ...content)
    }
  }

  class GancioEvent extends AgendaElement {
    static observedAttributes = ['baseurl', 'id', 'external_style']

    get address() {
      const id = this.getAttribute('id')
      return id ? `${this.base}/api/event/detail/${encodeURIComponent(id)}` : null
    }

    render(event) {
      return create('div', { class: 'box' }, createEvent(this.base, event))
    }
  }

  class GancioEvents extends AgendaElement {
    static observedAttributes = [
      'baseurl', 'title', 'maxlength', 'collection', 'tags', 'places', 'show_recurrent', 'sidebar', 'external_style',
    ]

    get address() {
      const [collection, max] = [this.getAttribute('collection'), this.getAttribute('maxlength')]
      const params = new URLSearchParams()
      if (max) params.set('max', max)
      if (!collection) {
        for (const name of ['tags', 'places']) {
          if (this.getAttribute(name)) params.set(name, this.getAttribute(name))
        }
      }
      params.set('show_recurrent', isTrue(this.getAttribute('show_recurrent')))
      const path = collection ? `/feed/json/collection/${encodeURIComponent(collection)}` : '/api/events'
      return `${this.base}${path}?${params}`
    }

    // The list beside the content of a page has small images; the other one has large images.
    get isNarrow() {
      const value = this.getAttribute('sidebar')
      return value === null || value === '' || isTrue(value)
    }

    render(answer) {
      const events = answer.events || answer
      const title = this.getAttribute('title')
      const list = events.length
        ? create('ul', {}, ...events.map(event => create('li', {}, createEvent(this.base, event))))
        : create('p', { class: 'state', role: 'status' }, 'There are no events.')
      return create('section', { class: this.isNarrow ? 'box' : 'box wide', 'aria-label': title || 'Events' },
        title
          ? create('header', {},
            create('img', { src: `${this.base}/logo.png`, alt: '' }),
            create('h2', {}, create('a', { href: `${this.base}/` }, title)))
          : null,
        list)
    }
  }

  for (const [name, element] of [['gancio-event', GancioEvent], ['gancio-events', GancioEvents]]) {
    if (!customElements.get(name)) customElements.define(name, element)
  }
}
