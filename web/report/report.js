// Tables that sort, filter, search and open. All texts of the image get in as text, never as markup.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const CHUNK = 100;
  // Places in the arrays of src/report/html_data.c.
  const F = { record: 0, kind: 1, severity: 2, risk: 3, package: 4, installed: 5, fixed: 6, status: 7, reason: 8, path: 9,
    layer: 10, base: 11, suppressed: 12, feed: 13, advisories: 14, range: 15, by: 16, fails: 17, fingerprint: 18, place: 19 };
  const R = { id: 0, aliases: 1, title: 2, cvss: 3, cwes: 4, published: 5, epss: 6, percentile: 7, kev: 8, ransomware: 9, help: 10 };
  const H = { title: 0, why: 1, mend: 2, references: 3 };
  const W = { line: 0, detail: 1, excerpt: 2, removed: 3, owner: 4 };
  const P = { type: 0, name: 1, version: 2, arch: 3, purl: 4, licenses: 5, paths: 6, layer: 7, cataloger: 8, depends: 9 };
  const SEVERITY_ORDER = [5, 4, 3, 2, 0, 1];
  const root = document.documentElement;

  const chinese = () => root.lang === "zh" ? 1 : 0;
  function word(name, ...values) {
    const pair = data.words[name];
    return (pair ? pair[chinese()] : name).replace(/\{(\d)\}/g, (all, index) => String(values[index]));
  }
  const record = (finding) => data.records[finding[F.record]];
  const packageOf = (finding) => finding[F.package] >= 0 ? data.packages[finding[F.package]] : null;
  const pathOf = (finding) => finding[F.path] || (packageOf(finding) && packageOf(finding)[P.paths][0]) || "";
  // What files and configs tell of: where, what exactly, and how it is mended.
  const placeOf = (finding) => finding[F.place] && finding[F.place][W.line] ? `${finding[F.path]}:${finding[F.place][W.line]}` : finding[F.path];
  const detailOf = (finding) => finding[F.place] ? finding[F.place][W.detail][chinese()] : "";
  const helpOf = (finding, name) => record(finding)[R.help] ? record(finding)[R.help][H[name]][chinese()] : "";
  const titleOf = (finding) => helpOf(finding, "title") || record(finding)[R.title];
  const subject = (finding) => packageOf(finding) ? packageOf(finding)[P.name] : placeOf(finding);
  const severityName = (severity) => data.severities[severity][1][chinese()];
  // A severity that is not known stands between low and negligible.
  const severityRank = (severity) => SEVERITY_ORDER.length - SEVERITY_ORDER.indexOf(severity);

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  function bestCvss(finding) {
    let best = null;
    for (const entry of record(finding)[R.cvss]) if (!best || entry[0] > best[0]) best = entry;
    return best;
  }

  const LINKS = [[/^CVE-[\w-]+$/, "https://nvd.nist.gov/vuln/detail/"], [/^GHSA-[\w-]+$/, "https://github.com/advisories/"],
    [/^CWE-\d+$/, "https://cwe.mitre.org/data/definitions/", /^CWE-/, ".html"], [/^[A-Z][\w.:+-]+$/, "https://osv.dev/vulnerability/"]];
  function link(id, kind) {
    for (const [form, address, prefix, end] of kind && kind !== "vulnerability" ? [] : LINKS)
      if (form.test(id))
        return element("a", { href: address + encodeURIComponent(prefix ? id.replace(prefix, "") : id) + (end || ""),
          rel: "noreferrer", target: "_blank" }, id);
    return document.createTextNode(id);
  }
  function badge(severity) {
    return element("span", { class: "severity " + data.severities[severity][0] }, severityName(severity));
  }
  function fixText(finding) {
    if (finding[F.fixed]) return finding[F.fixed];
    return data.kinds[finding[F.kind]] === "vulnerability" ? data.statuses[finding[F.status]][chinese()] : "";
  }

  // Numbers that sort as the texts do, counted once a column.
  function ranks(texts) {
    const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
    const sorted = [...new Set(texts)].sort(collator.compare);
    const place = new Map(sorted.map((text, index) => [text, index]));
    return texts.map((text) => place.get(text));
  }

  // One table: its columns, rows in their order, a page's worth at a time.
  class Table {
    constructor(place, columns, items, details, more) {
      this.columns = columns; this.items = items; this.details = details; this.more = more || {};
      this.order = items.map((_, index) => index);
      this.sorted = null; this.keys = new Map(); this.shown = 0; this.keep = () => true;
      this.count = element("p", { class: "count", role: "status", "aria-live": "polite" });
      this.body = element("tbody");
      this.head = element("tr");
      this.wide = element("div", { class: "wide script" },
        element("table", { "aria-label": more && more.label }, element("thead", {}, this.head), this.body));
      this.button = element("button", { type: "button", class: "more", onclick: () => this.grow(CHUNK * 2) });
      place.append(this.count, this.wide, this.button);
      new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) this.grow(CHUNK); },
        { rootMargin: "600px" }).observe(this.button);
      this.body.addEventListener("click", (event) => this.clicked(event));
      this.speak();
    }
    speak() {
      this.head.replaceChildren(...this.columns.map((column) => element("th",
        { scope: "col", class: column.number ? "number" : null, "data-column": column.name,
          "aria-sort": this.sorted && this.sorted.name === column.name ? (this.sorted.down ? "descending" : "ascending") : null },
        element("button", { type: "button", onclick: () => this.sort(column) }, word(column.name)))));
      this.button.textContent = word("more");
      this.show();
    }
    sort(column) {
      const down = this.sorted && this.sorted.name === column.name ? !this.sorted.down : Boolean(column.number);
      this.sorted = { name: column.name, down };
      if (!this.keys.has(column.name)) {
        const values = this.items.map(column.key);
        this.keys.set(column.name, typeof values[0] === "string" ? ranks(values) : values);
      }
      const keys = this.keys.get(column.name), sign = down ? -1 : 1;
      this.order = this.items.map((_, index) => index).sort((a, b) => sign * (keys[a] - keys[b]) || a - b);
      this.speak();
      this.head.querySelector(`[data-column="${column.name}"] button`).focus();
    }
    filter(keep) { this.keep = keep; this.show(); }
    show() {
      this.visible = this.order.filter((index) => this.keep(this.items[index], index));
      this.shown = 0;
      this.body.replaceChildren();
      this.count.textContent = this.visible.length ? word("shown", this.visible.length.toLocaleString(root.lang),
        this.items.length.toLocaleString(root.lang)) : word("none");
      this.grow(CHUNK);
    }
    grow(rows) {
      const end = Math.min(this.visible.length, this.shown + rows), part = document.createDocumentFragment();
      for (; this.shown < end; this.shown++) part.append(this.row(this.visible[this.shown]));
      this.body.append(part);
      this.button.hidden = this.shown >= this.visible.length;
    }
    row(index) {
      const item = this.items[index];
      return element("tr", { class: "row" + (this.more.off && this.more.off(item) ? " off" : ""), "data-index": index },
        ...this.columns.map((column) => element("td", { class: column.number ? "number" : null, "data-label": column.bare ? null : word(column.name) },
          column.opens ? element("button", { type: "button", class: "open", "aria-expanded": "false" }, column.cell(item, index)) : column.cell(item, index),
          column.after ? column.after(item) : null)));
    }
    clicked(event) {
      const row = event.target.closest("tr.row");
      if (!row || event.target.closest("a") || String(getSelection())) return;
      const opener = row.querySelector(".open"), open = row.classList.toggle("open");
      if (opener) opener.setAttribute("aria-expanded", String(open));
      if (!open) { row.nextElementSibling.remove(); return; }
      const list = element("dl");
      for (const [name, ...values] of this.details(this.items[Number(row.dataset.index)])) {
        const kept = values.filter((value) => value !== "" && value !== null && value !== undefined);
        if (kept.length) list.append(element("dt", {}, name), element("dd", {}, ...kept));
      }
      row.after(element("tr", { class: "detail" }, element("td", { colspan: this.columns.length }, list)));
    }
  }

  function between(items, make, by) {
    return items.flatMap((item, index) => index ? [by, make(item)] : [make(item)]);
  }
  const lines = (items, make) => items.map((item) => element("div", {}, make(item)));

  function layerText(index) {
    if (index < 0) return "";
    const [diff, command] = data.layers[index];
    return `${index + 1}: ${diff}${command ? " — " + command : ""}`;
  }
  function suppressedText(finding) {
    const entry = finding[F.suppressed];
    if (!entry) return "";
    const until = entry[3] ? ` (${word("until", entry[3])})` : "";
    return `${entry[0]}: ${entry[1 + chinese()]}${until}`;
  }

  function findingDetails(finding) {
    const about = record(finding), found = packageOf(finding), kind = data.kinds[finding[F.kind]], place = finding[F.place];
    const addresses = about[R.help] ? about[R.help][H.references] : [];
    const percent = (value) => (value * 100).toFixed(value < 0.1 ? 2 : 1) + " %";
    return [
      [word("title"), titleOf(finding), detailOf(finding) ? `: ${detailOf(finding)}` : ""],
      [word("excerpt"), place && place[W.excerpt] ? element("code", {}, place[W.excerpt]) : ""],
      [word("why"), helpOf(finding, "why")],
      [word("mend"), helpOf(finding, "mend")],
      [word("owner"), place ? place[W.owner] : ""],
      [word("suppressedBy"), suppressedText(finding)],
      [word("status"), fixText(finding) && finding[F.fixed] ? `${data.statuses[finding[F.status]][chinese()]}: ${finding[F.fixed]}` : fixText(finding),
        finding[F.reason] ? ` (${finding[F.reason]})` : "", finding[F.fails] ? ` · ${word("fails")}` : ""],
      [word("references"), ...between([about[R.id], ...about[R.aliases], ...finding[F.advisories].filter((id) => id !== about[R.id] && !about[R.aliases].includes(id))],
        (id) => link(id, kind), ", "), ...lines(addresses, (address) => element("a", { href: address, rel: "noreferrer", target: "_blank" }, address))],
      ["CVSS", ...lines(about[R.cvss], (entry) => `${entry[1].toFixed(1)}  ${entry[2]}  (${entry[3]})`)],
      ["EPSS", about[R.epss] === null ? "" : word("likelihood", percent(about[R.epss]), percent(about[R.percentile]))],
      ["KEV", about[R.kev] ? word("kev", about[R.kev]) : "", about[R.ransomware] ? ` · ${word("ransomware")}` : ""],
      [word("weaknesses"), ...between(about[R.cwes], (id) => link(id), ", ")],
      [word("published"), about[R.published]],
      [word("package"), found ? `${data.types[found[P.type]]} ${found[P.name]} ${found[P.version]} ${found[P.arch]}` : ""],
      [word("match"), finding[F.feed] ? `${finding[F.feed]}: ${finding[F.range]} (${finding[F.by]})` : ""],
      [word("path"), ...(finding[F.path] ? [placeOf(finding), place && place[W.removed] ? ` · ${word("removed")}` : ""] : found ? lines(found[P.paths].slice(0, 20), (path) => path) : [])],
      [word("layer"), layerText(finding[F.layer])],
      [word("origin"), ["", word("yours"), word("base")][finding[F.base]]],
      [word("purl"), found ? found[P.purl] : ""],
      [word("fingerprint"), finding[F.fingerprint]],
    ];
  }
  function packageDetails(found) {
    return [
      [word("purl"), found[P.purl]], [word("licenses"), found[P.licenses].join(", ")],
      [word("path"), ...lines(found[P.paths].slice(0, 50), (path) => path)],
      [word("layer"), layerText(found[P.layer])], [word("cataloger"), found[P.cataloger]],
      [word("depends"), found[P.depends].slice(0, 200).map((index) => data.packages[index][P.name]).join(", ")],
    ];
  }

  const findingColumns = [
    { name: "severity", bare: true, number: false, key: (f) => -severityRank(f[F.severity]), cell: (f) => badge(f[F.severity]) },
    { name: "risk", number: true, key: (f) => f[F.risk], cell: (f) => String(f[F.risk]) },
    { name: "id", bare: true, opens: true, key: (f) => record(f)[R.id], cell: (f) => record(f)[R.id],
      after: (f) => record(f)[R.kev] ? element("span", { class: "severity kev", title: word("exploited") }, "KEV") : null },
    { name: "package", key: subject, cell: subject },
    { name: "installed", key: (f) => f[F.installed], cell: (f) => f[F.installed] },
    { name: "fixedIn", key: (f) => f[F.fixed] || "\uffff" + f[F.status], cell: fixText },
    { name: "cvss", number: true, key: (f) => bestCvss(f) ? bestCvss(f)[1] : -1, cell: (f) => bestCvss(f) ? bestCvss(f)[1].toFixed(1) : "" },
    { name: "epss", number: true, key: (f) => record(f)[R.epss] === null ? -1 : record(f)[R.epss],
      cell: (f) => record(f)[R.epss] === null ? "" : (record(f)[R.epss] * 100).toFixed(1) + " %" },
    { name: "title", bare: true, key: (f) => record(f)[R.title], cell: (f) => titleOf(f) + (detailOf(f) ? `: ${detailOf(f)}` : "") },
  ];
  const findingsOf = new Array(data.packages.length).fill(0);
  for (const finding of data.findings) if (finding[F.package] >= 0 && !finding[F.suppressed]) findingsOf[finding[F.package]]++;
  const packageIndex = new Map(data.packages.map((found, index) => [found, index]));
  const packageColumns = [
    { name: "type", bare: true, key: (p) => data.types[p[P.type]], cell: (p) => data.types[p[P.type]] },
    { name: "name", bare: true, opens: true, key: (p) => p[P.name], cell: (p) => p[P.name] },
    { name: "version", key: (p) => p[P.version], cell: (p) => p[P.version] },
    { name: "arch", key: (p) => p[P.arch], cell: (p) => p[P.arch] },
    { name: "licenses", key: (p) => p[P.licenses].join(", "), cell: (p) => p[P.licenses].join(", ") },
    { name: "path", key: (p) => p[P.paths][0] || "", cell: (p) => p[P.paths][0] || "" },
    { name: "findings", number: true, key: (p) => findingsOf[packageIndex.get(p)], cell: (p) => String(findingsOf[packageIndex.get(p)]) },
  ];

  // What is asked for; made into one test over all findings.
  const ask = { text: "", severities: new Set(), kind: "", type: "", fix: "", kev: false, base: "", suppressed: "hide" };
  let haystacks = null;
  function haystack(index) {
    if (!haystacks) haystacks = new Array(data.findings.length);
    if (haystacks[index] === undefined) {
      const finding = data.findings[index], about = record(finding);
      haystacks[index] = [about[R.id], ...about[R.aliases], subject(finding), about[R.title], pathOf(finding),
        ...(about[R.help] ? about[R.help][H.title] : []), ...(finding[F.place] ? [...finding[F.place][W.detail], finding[F.place][W.excerpt]] : []),
        ...finding[F.advisories]].join("\n").toLowerCase();
    }
    return haystacks[index];
  }
  function matches(finding, index) {
    const found = packageOf(finding);
    if (ask.suppressed === "hide" ? finding[F.suppressed] : ask.suppressed === "only" && !finding[F.suppressed]) return false;
    if (ask.severities.size && !ask.severities.has(finding[F.severity])) return false;
    if (ask.kind !== "" && finding[F.kind] !== Number(ask.kind)) return false;
    if (ask.type !== "" && (found ? String(found[P.type]) : "none") !== ask.type) return false;
    if (ask.fix !== "" && (finding[F.fixed] !== "") !== (ask.fix === "yes")) return false;
    if (ask.kev && !record(finding)[R.kev]) return false;
    if (ask.base !== "" && String(finding[F.base]) !== ask.base) return false;
    return ask.words.every((part) => haystack(index).includes(part));
  }

  const section = document.getElementById("findings");
  section.replaceChildren();
  const tabs = element("div", { class: "tabs", role: "tablist" });
  const panels = { findings: element("div", { role: "tabpanel", id: "panel-findings", "aria-labelledby": "tab-findings" }),
    packages: element("div", { role: "tabpanel", id: "panel-packages", "aria-labelledby": "tab-packages", hidden: true }) };
  const controls = element("div", { class: "controls" }), chips = element("div", { class: "chips", role: "group" });
  section.append(tabs, panels.findings, panels.packages);
  panels.findings.append(controls);
  ask.words = [];
  const findings = new Table(panels.findings, findingColumns, data.findings, findingDetails, { off: (f) => f[F.suppressed] });
  let packages = null, current = "findings";

  let waiting = 0;
  function apply() { findings.filter(matches); }
  function soon() { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(apply); }

  function select(name, label, choices) {
    const made = element("select", { name, onchange: () => { ask[name] = made.value; apply(); } },
      ...choices.map(([value, text]) => element("option", { value }, text)));
    made.value = ask[name];
    return element("label", {}, word(label), made);
  }
  function present(get) { return [...new Set(data.findings.map(get))].sort((a, b) => a - b); }
  const kinds = present((f) => f[F.kind]), types = present((f) => packageOf(f) ? packageOf(f)[P.type] : -1);
  const bases = present((f) => f[F.base]), hasSuppressed = data.findings.some((f) => f[F.suppressed]);
  const hasKev = data.records.some((about) => about[R.kev]);
  const severities = SEVERITY_ORDER.filter((severity) => data.findings.some((f) => f[F.severity] === severity));

  function speakControls() {
    const search = element("input", { type: "search", name: "text", id: "search", autocomplete: "off", spellcheck: "false",
      oninput: () => { ask.text = search.value; ask.words = ask.text.toLowerCase().split(/\s+/).filter(Boolean); soon(); } });
    search.value = ask.text;
    chips.setAttribute("aria-label", word("severity"));
    chips.replaceChildren(...severities.map((severity) => {
      const chip = element("button", { type: "button", "data-severity": severity, "aria-pressed": String(ask.severities.has(severity)),
        onclick: () => {
          if (!ask.severities.delete(severity)) ask.severities.add(severity);
          chip.setAttribute("aria-pressed", String(ask.severities.has(severity)));
          apply();
        } }, severityName(severity));
      return chip;
    }));
    const all = ["", word("all")];
    const kev = element("input", { type: "checkbox", name: "kev", onchange: () => { ask.kev = kev.checked; apply(); } });
    kev.checked = ask.kev;
    controls.replaceChildren(...[
      element("label", { class: "search" }, word("search"), search), chips,
      kinds.length > 1 ? select("kind", "kind", [all, ...kinds.map((kind) => [String(kind), word(data.kinds[kind])])]) : null,
      types.length > 1 ? select("type", "type", [all, ...types.map((type) => type < 0 ? ["none", word("other")] : [String(type), data.types[type]])]) : null,
      select("fix", "fix", [all, ["yes", word("withFix")], ["no", word("withoutFix")]]),
      bases.length > 1 || bases[0] > 0 ? select("base", "origin", [all, ["2", word("base")], ["1", word("yours")]]) : null,
      hasSuppressed ? select("suppressed", "suppressed", [["hide", word("hideSuppressed")], ["only", word("onlySuppressed")], ["all", word("all")]]) : null,
      hasKev ? element("label", { class: "check" }, kev, word("exploited")) : null,
      element("button", { type: "button", onclick: () => {
        Object.assign(ask, { text: "", kind: "", type: "", fix: "", kev: false, base: "", suppressed: "hide", words: [] });
        ask.severities.clear(); speakControls(); apply();
      } }, word("reset")),
    ].filter(Boolean));
  }

  function choose(name) {
    current = name;
    for (const key of Object.keys(panels)) panels[key].hidden = key !== name;
    if (name === "packages" && !packages) packages = makePackages();
    speakTabs();
  }
  function makePackages() {
    const search = element("input", { type: "search", oninput: () => {
      const text = search.value.toLowerCase();
      table.filter((found) => [found[P.name], found[P.purl], ...found[P.licenses], ...found[P.paths]].join("\n").toLowerCase().includes(text));
    } });
    const label = element("label", { class: "search" }, word("search"), search);
    panels.packages.append(element("div", { class: "controls" }, label));
    const table = new Table(panels.packages, packageColumns, data.packages, packageDetails);
    return { speak() { label.firstChild.textContent = word("search"); table.speak(); }, table };
  }
  function speakTabs() {
    tabs.replaceChildren(...Object.keys(panels).map((name) => element("button", { type: "button", role: "tab", id: "tab-" + name,
      "aria-selected": String(name === current), "aria-controls": "panel-" + name, tabindex: name === current ? null : "-1",
      onclick: () => choose(name), onkeydown: (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        choose(name === "findings" ? "packages" : "findings");
        document.getElementById("tab-" + current).focus();
      } }, `${word(name)} (${(name === "findings" ? data.findings.filter((f) => !f[F.suppressed]) : data.packages).length.toLocaleString(root.lang)})`)));
  }

  const languages = document.getElementById("languages");
  function speak(lang) {
    root.lang = lang;
    languages.setAttribute("aria-label", word("language"));
    languages.replaceChildren(...[["en", "English"], ["zh", "中文"]].map(([code, name]) => element("button",
      { type: "button", lang: code, "aria-pressed": String(code === lang), onclick: () => speak(code) }, name)));
    speakTabs(); speakControls(); findings.speak();
    if (packages) packages.speak();
  }
  languages.setAttribute("role", "group");

  // A card of a severity shows just these.
  for (const card of document.querySelectorAll(".card[data-severity]:not(.none)"))
    card.addEventListener("click", () => {
      ask.severities = new Set([Number(card.dataset.severity)]);
      choose("findings"); speakControls(); apply(); section.scrollIntoView();
    });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault(); choose("findings"); document.getElementById("search").focus();
    }
  });
  // Paper has no scroll bar.
  addEventListener("beforeprint", () => findings.grow(Infinity));

  findings.keep = matches;
  speak(root.lang);
  root.dataset.ready = "";
})();
