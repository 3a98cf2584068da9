#include "cli/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cli/ui.h"
#include "io/tempfile.h"
#include "io/whole_file.h"

/* ---- the options ---- */

static int check_version(const struct output *output, struct pl_err *err)
{
    if (output->version.len == 0)
        return 0;
    for (const char *const *version = output->format->versions; version && *version; version++)
        if (str_is(output->version, *version))
            return 0;
    return err_set(err, PL_E_USAGE,
                   "the format %s is not written in version \"%.*s\"; see: plimsoll list formats",
                   output->format->name, STR_ARG(output->version));
}

static int read_template(struct outputs *outputs, struct output *output, struct pl_err *err)
{
    AUTO_BUF text = {0};
    const char *path = output->file;
    output->file = NULL;
    if (!path || !*path)
        return err_set(err, PL_E_USAGE, "--format %s needs a file: --format %s=FILE",
                       output->format->name, output->format->name);
    int r = whole_file_read(path, LIMIT_FILE_SMALL, LIMIT_NAME(LIMIT_FILE_SMALL), &text, err);
    if (r == 0) {
        output->template = arena_str(&outputs->arena, buf_str(&text));
        r = output->format->check ? output->format->check(output->template, err) : 0;
        if (r < 0)
            err_prefix(err, "%s", path);
    }
    if (r < 0 && err)
        err->code = PL_E_USAGE;
    return r < 0 ? -PL_E_USAGE : 0;
}

static int add_output(struct outputs *outputs, const char *value, struct pl_err *err)
{
    const char *equals = strchr(value, '=');
    struct str name = str_make(value, equals ? (size_t)(equals - value) : strlen(value));
    size_t at = str_index(name, '@');
    struct output output = {
        .format = report_format_find(str_first(name, at)),
        .version = at == SIZE_MAX ? STR_NONE : str_from(name, at + 1),
        .file = equals ? equals + 1 : NULL,
    };
    if (!output.format)
        return err_set(err, PL_E_USAGE, "there is no format \"%.*s\"; see: plimsoll list formats",
                       STR_ARG(name));
    int r = check_version(&output, err);
    if (r == 0 && output.format->has_file)
        r = read_template(outputs, &output, err);
    if (r == 0)
        *VEC_ADD(&outputs->items) = output;
    return r;
}

static bool has_place(const char *file)
{
    return strstr(file, "{target}") || strstr(file, "{n}");
}

/* --output is the file of the one format that names none. */
static int check_files(struct outputs *outputs, const struct args *args, size_t targets,
                       struct pl_err *err)
{
    const char *file = args_get(args, "output");
    size_t nameless = 0;
    for (size_t i = 0; i < outputs->items.count; i++) {
        struct output *output = &outputs->items.items[i];
        nameless += output->file == NULL;
        if (!output->file)
            output->file = file;
        struct stat status;
        bool device = output->file && stat(output->file, &status) == 0 && !S_ISREG(status.st_mode);
        if (output->file && targets > 1 && !device && !has_place(output->file))
            return err_set(err, PL_E_USAGE,
                           "%s: the reports of %zu targets need files of their own: put {target} "
                           "or {n} into the name",
                           output->file, targets);
    }
    if (nameless > 1)
        return err_set(err, PL_E_USAGE,
                       "only one --format can go to standard output; give the "
                       "others a file: --format json=report.json");
    if (file && nameless == 0)
        return err_set(err, PL_E_USAGE, "--output: every --format has a file already");
    return 0;
}

int outputs_parse(struct outputs *outputs, const struct args *args, size_t targets,
                  struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < args->values.count && r == 0; i++)
        if (strcmp(args->values.items[i].option->name, "format") == 0)
            r = add_output(outputs, args->values.items[i].value, err);
    bool terminal = isatty(STDOUT_FILENO) && !args_has(args, "output");
    if (r == 0 && outputs->items.count == 0)
        r = add_output(outputs, terminal ? "table" : "json", err);
    outputs->suppressed = args_has(args, "show-suppressed");
    return r < 0 ? r : check_files(outputs, args, targets, err);
}

void outputs_free(struct outputs *outputs)
{
    VEC_FREE(&outputs->items);
    arena_free(&outputs->arena);
}

bool outputs_want_details(const struct outputs *outputs)
{
    static const char *const formats[] = {"cyclonedx", "cyclonedx-xml", "spdx", "spdx-tv",
                                          "github"};
    for (size_t i = 0; i < outputs->items.count; i++)
        for (size_t k = 0; k < ARRAY_LEN(formats); k++)
            if (strcmp(outputs->items.items[i].format->name, formats[k]) == 0)
                return true;
    return outputs->packages;
}

/* ---- writing ---- */

/* Bytes that a file name should not have, or that would lead to another folder, are '-'. */
static void put_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || (c == '.' && i > 0);
        buf_putc(out, plain ? c : '-');
    }
}

static const char *file_of(struct outputs *outputs, const char *file, const struct report *report,
                           size_t number)
{
    AUTO_BUF name = {0};
    if (!file || !has_place(file))
        return file;
    struct str rest = str_of(file);
    while (rest.len)
        if (str_starts(rest, STR("{target}"))) {
            put_name(&name, str_first(report->target.name, 200));
            rest = str_from(rest, 8);
        } else if (str_starts(rest, STR("{n}"))) {
            buf_printf(&name, "%zu", number);
            rest = str_from(rest, 3);
        } else {
            buf_putc(&name, rest.data[0]);
            rest = str_from(rest, 1);
        }
    return arena_str(&outputs->arena, buf_str(&name)).data;
}

/* A file appears whole or not at all; a device or pipe that is named is written to as it is. */
struct sink {
    int fd;
    bool whole;
    struct tempfile file;
};

static int open_sink(const char *path, struct sink *ret_sink, struct pl_err *err)
{
    struct stat status;
    *ret_sink = (struct sink){.fd = STDOUT_FILENO};
    if (!path)
        return 0;
    if (stat(path, &status) < 0 || S_ISREG(status.st_mode)) {
        int r = tempfile_create(path, &ret_sink->file, err);
        ret_sink->whole = r == 0;
        ret_sink->fd = ret_sink->file.fd;
        return r;
    }
    ret_sink->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return ret_sink->fd < 0 ? err_errno(err, errno, "cannot write to %s", path) : 0;
}

static int close_sink(struct sink *sink, const char *path, int written, struct pl_err *err)
{
    if (!path)
        return written;
    if (!sink->whole)
        close(sink->fd);
    else if (written < 0)
        tempfile_discard(&sink->file);
    else
        return tempfile_commit(&sink->file, err);
    return written < 0 ? err_prefix(err, "%s", path) : 0;
}

static int write_one(struct outputs *outputs, const struct output *output, const struct args *args,
                     const struct report *report, size_t number, struct pl_err *err)
{
    bool is_table = strcmp(output->format->name, "table") == 0;
    const char *file = file_of(outputs, output->file, report, number);
    struct report_style style = {
        .width = file ? 0 : ui_width(),
        .color = !file && ui_color(),
        .local = is_table || args_has(args, "lang"),
        .packages = outputs->packages,
        .verbose = args_has(args, "verbose"),
        .suppressed = outputs->suppressed,
        .template = output->template,
        .version = output->version,
    };
    struct sink sink;
    struct out out;
    int r = open_sink(file, &sink, err);
    if (r < 0)
        return r;
    out_init(&out, sink.fd);
    output->format->write(&out, report, &style);
    return close_sink(&sink, file, out_close(&out, err), err);
}

int outputs_write(struct outputs *outputs, const struct args *args, const struct report *report,
                  size_t number, struct pl_err *err)
{
    int r = 0;
    for (size_t i = 0; i < outputs->items.count && r == 0; i++)
        r = write_one(outputs, &outputs->items.items[i], args, report, number, err);
    return r;
}
