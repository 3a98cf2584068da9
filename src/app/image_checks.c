#include "app/image_checks.h"

#include "app/check_report.h"
#include "base/hash_set.h"
#include "io/json_doc.h"

/* ---- the config ---- */

/* With the name that the image goes by, which is no part of the config. */
static void check_config(const struct check_choice *choice, const struct image *image,
                         struct report *report, json_t *root)
{
    struct check_findings findings = {0};
    struct pl_err problem;
    bool named = !str_equal(image->name, image->path);
    if (named)
        json_object_set_new(root, "name", json_stringn(image->name.data, image->name.len));
    char *text = json_dumps(root, JSON_COMPACT);
    if (text && check_text(CHECK_IMAGE, str_of(text), STR("config"), &report->arena, choice,
                           &findings, &problem) < 0)
        report_tell(report, true, STR("config"), &problem);
    free(text);
    check_report(report, &findings, STR("config"), LAYER_NONE);
    check_findings_free(&findings);
}

/* ---- the history as a Dockerfile ---- */

/* Checks that hold of single steps whatever stood around them. What builders leave out of the
 * history (stages, comments, the form of commands) others would need. */
static const char *const of_steps[] = {
    "dockerfile-add-url",
    "dockerfile-chmod-all",
    "dockerfile-setuid",
    "dockerfile-setcap-strong",
    "dockerfile-docker-socket",
    "dockerfile-run-secret",
    "dockerfile-url-credentials",
    "dockerfile-password-set",
    "dockerfile-password-option",
    "dockerfile-sudo-nopasswd",
    "dockerfile-pipe-to-shell",
    "dockerfile-download-http",
    "dockerfile-curl-insecure",
    "dockerfile-wget-insecure",
    "dockerfile-git-insecure",
    "dockerfile-npm-insecure",
    "dockerfile-pip-insecure",
    "dockerfile-pip-http",
    "dockerfile-key-http",
    "dockerfile-apt-key",
    "dockerfile-apt-unauthenticated",
    "dockerfile-apt-trusted",
    "dockerfile-apk-untrusted",
    "dockerfile-rpm-unsigned",
    "dockerfile-apt-update-alone",
    "dockerfile-apt-upgrade",
    "dockerfile-apk-upgrade",
    "dockerfile-yum-upgrade",
    "dockerfile-dnf-upgrade",
    "dockerfile-zypper-upgrade",
    NULL,
};

static bool is_of_steps(const struct check *check)
{
    for (const char *const *id = of_steps; *id; id++)
        if (strcmp(*id, check->id) == 0)
            return true;
    return false;
}

struct step_lines {
    struct buf text;
    VEC(uint32_t) layers; /* of each line, from the second on */
};

/* A script of several lines becomes one, as a shell would read it. */
static void add_script(struct buf *buf, struct str script)
{
    for (size_t i = 0; i < script.len; i++) {
        char c = script.data[i];
        if (c == '\r')
            continue;
        if (c != '\n') {
            buf_putc(buf, c);
            continue;
        }
        size_t end = buf->len;
        while (end && (buf->data[end - 1] == ' ' || buf->data[end - 1] == '\t'))
            end--;
        bool open = end && strchr(";&|({\\", buf->data[end - 1]);
        if (open && buf->data[end - 1] == '\\')
            buf->len = end - 1;
        buf_puts(buf, open ? " " : "; ");
    }
    /* A backslash at the end would take the next step with it. */
    while (buf->len && buf->data[buf->len - 1] == '\\')
        buf->len--;
}

/* "|2 A=1 B=2 /bin/sh -c ..." without the arguments. */
static struct str without_arguments(struct str step)
{
    size_t at = str_find(step, STR("/bin/sh -c "));
    return step.len && step.data[0] == '|' && at != SIZE_MAX ? str_from(step, at) : step;
}

/* One step of the history as a line. The old builder has instructions behind "#(nop)", BuildKit as
 * they were. */
static void add_step(struct step_lines *lines, struct str step, uint32_t layer)
{
    static const struct str shell = {"/bin/sh -c ", 11}, mark = {" # buildkit", 11};
    bool run = false;
    step = str_trim(step);
    if (str_ends(step, mark))
        step.len -= mark.len;
    if (str_starts(step, STR("RUN "))) {
        run = true;
        step = str_trim(str_from(step, 4));
    }
    step = without_arguments(step);
    if (str_starts(step, shell)) {
        step = str_trim(str_from(step, shell.len));
        run = !str_starts(step, STR("#(nop)"));
        if (!run)
            step = str_trim(str_from(step, 6));
    }
    bool nothing = step.len == 0 || str_starts(step, STR("ADD file:")) ||
                   str_starts(step, STR("COPY file:")) || str_starts(step, STR("COPY dir:"));
    if (nothing || (run && str_starts(step, STR("<<"))))
        return;
    buf_puts(&lines->text, run ? "RUN " : "");
    add_script(&lines->text, step);
    buf_putc(&lines->text, '\n');
    *VEC_ADD(&lines->layers) = layer;
}

static void read_history(struct step_lines *lines, const json_t *history, size_t layers)
{
    uint32_t layer = 0;
    buf_puts(&lines->text, "FROM scratch\n");
    for (size_t i = 0; history && i < json_array_size(history); i++) {
        const json_t *step = json_array_get(history, i);
        bool empty = json_is_true(json_object_get(step, "empty_layer"));
        bool known = !empty && layer < layers;
        add_step(lines, json_text(step, "created_by"), known ? layer : LAYER_NONE);
        layer += !empty;
    }
}

/* Findings of one layer at a time, so that each is told with its own. */
static void report_steps(struct report *report, const struct step_lines *lines,
                         const struct check_findings *findings)
{
    for (size_t i = 0; i < findings->items.count; i++) {
        struct check_findings one = {0};
        struct check_finding finding = findings->items.items[i];
        uint32_t line = finding.line;
        if (!is_of_steps(finding.check))
            continue;
        finding.line = finding.end_line = finding.column = 0;
        *VEC_ADD(&one.items) = finding;
        check_report(report, &one, STR("config:history"),
                     line >= 2 && line - 2 < lines->layers.count ? lines->layers.items[line - 2]
                                                                 : LAYER_NONE);
        check_findings_free(&one);
    }
}

static void check_history(const struct check_choice *choice, const struct image *image,
                          struct report *report, const json_t *root)
{
    struct step_lines lines = {{0}, {0}};
    struct check_findings findings = {0};
    struct pl_err ignored; /* what builders write need not be a Dockerfile */
    read_history(&lines, json_list(root, "history"), image->layers.count);
    if (check_text(CHECK_DOCKERFILE, buf_str(&lines.text), STR("Dockerfile"), &report->arena,
                   choice, &findings, &ignored) == 0)
        report_steps(report, &lines, &findings);
    check_findings_free(&findings);
    buf_free(&lines.text);
    VEC_FREE(&lines.layers);
}

/* The same in several layers, or twice, is one finding. */
static void drop_doubles(struct report *report, size_t first)
{
    struct hash_set seen = {0};
    size_t kept = first;
    for (size_t i = first; i < report->findings.count; i++)
        if (hash_set_add(&seen, hash_str(report->findings.items[i].fingerprint)))
            report->findings.items[kept++] = report->findings.items[i];
    report->findings.count = kept;
    hash_set_free(&seen);
}

void image_checks_run(const struct check_choice *choice, const struct image *image,
                      struct report *report)
{
    AUTO_JSON *root = NULL;
    struct pl_err ignored; /* opening the image has told it */
    size_t first = report->findings.count;
    report->looked_for[FINDING_CONFIG] = true;
    if (image->config.len == 0 || json_document(image->config, &root, &ignored) < 0 ||
        !json_is_object(root))
        return;
    check_history(choice, image, report, root);
    check_config(choice, image, report, root);
    drop_doubles(report, first);
}
