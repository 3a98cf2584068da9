/* The report as JSON inside the page. Compact, since a page can have 100,000 findings: arrays
 * instead of objects (web/report/report.js names their places), and what findings of one id share
 * stands once. No byte of it can end the element that it stands in. */
#include "report/html.h"

#include "report/text.h"

static void put_text(struct out *out, struct str text)
{
    AUTO_BUF clean = {0};
    size_t plain = 0;
    text_clean(&clean, text);
    out_putc(out, '"');
    for (size_t i = 0; i < clean.len; i++) {
        char c = clean.data[i];
        if (c != '"' && c != '\\' && c != '<' && c != '>' && c != '&')
            continue;
        out_add(out, str_make(clean.data + plain, i - plain));
        out_printf(out, "\\u%04x", (unsigned)c);
        plain = i + 1;
    }
    if (clean.len > plain)
        out_add(out, str_make(clean.data + plain, clean.len - plain));
    out_putc(out, '"');
}

static void put_texts(struct out *out, const struct str *texts, size_t count)
{
    out_putc(out, '[');
    for (size_t i = 0; i < count; i++) {
        out_puts(out, i ? "," : "");
        put_text(out, texts[i]);
    }
    out_putc(out, ']');
}

static void put_next(struct out *out, struct str text)
{
    out_putc(out, ',');
    put_text(out, text);
}

/* What the script says, by the names that it uses. */
static const struct {
    const char *name, *text;
} words[] = {
    {"findings", N_("Findings")},
    {"packages", N_("Packages")},
    {"search", N_("Search: id, package, title, path")},
    {"severity", N_("Severity")},
    {"risk", N_("Risk")},
    {"id", N_("Id")},
    {"package", N_("Package")},
    {"installed", N_("Installed")},
    {"fixedIn", N_("Fixed in")},
    {"cvss", "CVSS"},
    {"epss", "EPSS"},
    {"title", N_("Title")},
    {"kind", N_("Kind")},
    {"type", N_("Type")},
    {"all", N_("all")},
    {"fix", N_("Fix")},
    {"withFix", N_("with a fix")},
    {"withoutFix", N_("without a fix")},
    {"exploited", N_("exploited in the wild (KEV)")},
    {"origin", N_("Origin")},
    {"base", N_("from the base image")},
    {"yours", N_("yours")},
    {"suppressed", N_("suppressed")},
    {"hideSuppressed", N_("without the suppressed ones")},
    {"onlySuppressed", N_("only the suppressed ones")},
    {"reset", N_("Reset")},
    {"shown", N_("{0} of {1}")},
    {"more", N_("Show more")},
    {"none", N_("Nothing matches.")},
    {"aliases", N_("Also known as")},
    {"weaknesses", N_("Weaknesses")},
    {"published", N_("Published")},
    {"likelihood", N_("EPSS: {0} within 30 days, above {1} of all")},
    {"kev", N_("In CISA's catalog of exploited vulnerabilities since {0}")},
    {"ransomware", N_("used by ransomware")},
    {"match", N_("Match")},
    {"path", N_("Path")},
    {"layer", N_("Layer")},
    {"status", N_("Status")},
    {"references", N_("References")},
    {"suppressedBy", N_("Suppressed")},
    {"until", N_("until {0}")},
    {"fails", N_("makes the run fail")},
    {"name", N_("Name")},
    {"version", N_("Version")},
    {"arch", N_("Architecture")},
    {"licenses", N_("Licenses")},
    {"cataloger", N_("Found by")},
    {"depends", N_("Depends on")},
    {"language", N_("Language")},
    {"details", N_("Details")},
    {"other", N_("other")},
    {"vulnerability", N_("vulnerability")},
    {"license", N_("license")},
    {"config", N_("configuration")},
    {"secret", N_("secret")},
    {"password", N_("password")},
    {"permission", N_("permission")},
    {"malware", N_("malware")},
    {"excerpt", N_("Excerpt")},
    {"why", N_("Why it matters")},
    {"mend", N_("How to mend it")},
    {"removed", N_("A later layer takes the file away; it is still in the image.")},
    {"owner", N_("Owner")},
    {"fingerprint", N_("Fingerprint")},
    {"purl", "purl"},
};

static void put_word(struct out *out, const char *text)
{
    out_putc(out, '[');
    put_text(out, str_of(text));
    put_next(out, str_of(tr_in(LANG_ZH, text)));
    out_putc(out, ']');
}

static void write_words(struct out *out)
{
    out_puts(out, "{\"words\":{");
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        out_printf(out, "%s\"%s\":", i ? "," : "", words[i].name);
        put_word(out, words[i].text);
    }
    out_puts(out, "},\n\"severities\":[");
    for (size_t i = 0; i < SEVERITY_COUNT; i++) {
        out_printf(out, "%s[\"%s\",", i ? "," : "", severity_name((enum severity)i));
        put_word(out, part_severities[i]);
        out_putc(out, ']');
    }
    out_puts(out, "],\n\"statuses\":[");
    for (size_t i = 0; i < FINDING_STATUS_COUNT; i++) {
        out_puts(out, i ? "," : "");
        put_word(out, part_statuses[i]);
    }
    out_puts(out, "],\n\"kinds\":[");
    for (size_t i = 0; i < FINDING_KIND_COUNT; i++)
        out_printf(out, "%s\"%s\"", i ? "," : "", finding_kind_name((enum finding_kind)i));
    out_puts(out, "],\n\"types\":[");
    for (size_t i = 0; i < PACKAGE_TYPE_COUNT; i++)
        out_printf(out, "%s\"%s\"", i ? "," : "", package_type_name((enum package_type)i));
    out_putc(out, ']');
}

static void write_layers(struct html *html)
{
    out_puts(html->out, ",\n\"layers\":[");
    for (size_t i = 0; i < html->report->target.layers.count; i++) {
        const struct report_layer *layer = &html->report->target.layers.items[i];
        out_puts(html->out, i ? ",[" : "[");
        put_text(html->out, layer->diff_id);
        put_next(html->out, layer->created_by);
        out_printf(html->out, ",%d]", (int)layer->base);
    }
    out_putc(html->out, ']');
}

static void write_packages(struct html *html)
{
    const struct report *report = html->report;
    struct out *out = html->out;
    out_puts(out, ",\n\"packages\":[");
    for (size_t i = 0; i < report->packages.count; i++) {
        const struct package *package = &report->packages.items[i];
        out_printf(out, "%s[%d,", i ? ",\n" : "\n", (int)package->type);
        put_text(out, package->name);
        put_next(out, package->version);
        put_next(out, package->arch);
        put_next(out, package->purl);
        out_putc(out, ',');
        put_texts(out, package->licenses, package->license_count);
        out_putc(out, ',');
        put_texts(out, package->paths, package->path_count);
        out_printf(out, ",%d",
                   package->layer < report->target.layers.count ? (int)package->layer : -1);
        put_next(out, str_of(package->cataloger));
        out_puts(out, ",[");
        for (size_t k = 0; k < package->depend_count; k++)
            out_printf(out, "%s%zu", k ? "," : "", package->depends[k]);
        out_puts(out, "]]");
    }
    out_puts(out, "]");
}

/* English and, where there is one, the Chinese twin. */
static void put_twins(struct out *out, struct str text, struct str local)
{
    out_putc(out, '[');
    put_text(out, text);
    put_next(out, i18n_get() == LANG_ZH && local.len ? local : text);
    out_putc(out, ']');
}

/* Of what files and configs tell of: why it matters and how it is mended; else 0. */
static void add_help(struct out *out, const struct finding *finding)
{
    size_t count = 0;
    if (!part_is_file_kind(finding->kind)) {
        out_puts(out, ",0");
        return;
    }
    out_puts(out, ",[");
    put_twins(out, finding->title, finding->title_local);
    out_putc(out, ',');
    put_twins(out, finding->why, finding->why_local);
    out_putc(out, ',');
    put_twins(out, finding->mend, finding->mend_local);
    out_puts(out, ",[");
    for (const char *const *reference = finding->references; reference && *reference; reference++)
        if (part_is_address(str_of(*reference))) {
            out_puts(out, count++ ? "," : "");
            put_text(out, str_of(*reference));
        }
    out_puts(out, "]]");
}

/* Where in the file, and what exactly. */
static void add_place(struct out *out, const struct finding *finding)
{
    if (!part_is_file_kind(finding->kind)) {
        out_puts(out, ",0");
        return;
    }
    out_printf(out, ",[%u,", finding->line);
    put_twins(out, finding->detail, finding->detail_local);
    put_next(out, finding->excerpt);
    out_printf(out, ",%d", finding->removed);
    put_next(out, finding->owner);
    out_putc(out, ']');
}

/* What the findings of one id have in common. */
static void add_record(struct out *out, const struct finding *finding)
{
    out_putc(out, '[');
    put_text(out, finding->id);
    out_putc(out, ',');
    put_texts(out, finding->aliases, finding->alias_count);
    put_next(out, finding->title);
    out_puts(out, ",[");
    for (size_t i = 0; i < finding->cvss_count; i++) {
        out_printf(out, "%s[\"%s\",%.1f", i ? "," : "", cvss_version_name(finding->cvss[i].version),
                   finding->cvss[i].score);
        put_next(out, finding->cvss[i].vector);
        put_next(out, finding->cvss[i].source);
        out_putc(out, ']');
    }
    out_puts(out, "],");
    put_texts(out, finding->cwes, finding->cwe_count);
    put_next(out, str_first(finding->published, 10));
    if (finding->has_epss)
        out_printf(out, ",%.5f,%.5f", finding->epss_score, finding->epss_percentile);
    else
        out_puts(out, ",null,null");
    put_next(out, finding->kev_added);
    out_printf(out, ",%d", finding->kev_ransomware);
    add_help(out, finding);
    out_putc(out, ']');
}

/* Findings of one id and severity stand one behind the other: one that says the same as the one
 * before refers to it. */
static void write_records(struct html *html, size_t *records)
{
    struct out now = {.fd = -1}, last = {.fd = -1};
    size_t count = 0;
    out_puts(html->out, ",\n\"records\":[");
    for (size_t i = 0; i < html->report->findings.count; i++) {
        now.buffer.len = 0;
        add_record(&now, &html->report->findings.items[i]);
        if (count == 0 || !str_equal(buf_str(&now.buffer), buf_str(&last.buffer))) {
            out_puts(html->out, count++ ? ",\n" : "\n");
            out_add(html->out, buf_str(&now.buffer));
            struct out swap = last;
            last = now;
            now = swap;
        }
        records[i] = count - 1;
    }
    out_putc(html->out, ']');
    buf_free(&now.buffer);
    buf_free(&last.buffer);
}

static void write_suppressed(struct out *out, const struct finding *finding)
{
    if (!finding->suppressed_by) {
        out_puts(out, ",0");
        return;
    }
    bool chinese = i18n_get() == LANG_ZH && finding->suppressed_local.len;
    out_puts(out, ",[");
    put_text(out, str_of(finding->suppressed_by));
    put_next(out, finding->suppressed_why);
    put_next(out, chinese ? finding->suppressed_local : finding->suppressed_why);
    put_next(out, finding->suppressed_until);
    out_putc(out, ']');
}

static void write_finding(struct html *html, const struct finding *finding, size_t record)
{
    const struct report *report = html->report;
    struct out *out = html->out;
    bool has_package = finding->package < report->packages.count;
    out_printf(out, "[%zu,%d,%d,%d,%lld", record, (int)finding->kind, (int)finding->severity,
               finding->risk, has_package ? (long long)finding->package : -1LL);
    put_next(out, finding->installed);
    put_next(out, finding->fixed);
    out_printf(out, ",%d", (int)finding->status);
    put_next(out, finding->reason);
    put_next(out, finding->path);
    out_printf(out, ",%d,%d",
               finding->layer < report->target.layers.count ? (int)finding->layer : -1,
               (int)report_base_of(report, finding));
    write_suppressed(out, finding);
    put_next(out, finding->match.feed);
    out_putc(out, ',');
    put_texts(out, finding->match.advisories, finding->match.advisory_count);
    put_next(out, finding->match.range);
    put_next(out, finding->match.by);
    out_printf(out, ",%d", report->verdict.asked && finding->fails);
    put_next(out, finding->fingerprint);
    add_place(out, finding);
    out_putc(out, ']');
}

void html_data(struct html *html)
{
    size_t *records = mem_zalloc(html->report->findings.count + 1, sizeof(*records));
    write_words(html->out);
    write_layers(html);
    write_packages(html);
    write_records(html, records);
    out_puts(html->out, ",\n\"findings\":[");
    for (size_t i = 0; i < html->report->findings.count; i++) {
        out_puts(html->out, i ? ",\n" : "\n");
        write_finding(html, &html->report->findings.items[i], records[i]);
    }
    out_puts(html->out, "]}");
    free(records);
}
