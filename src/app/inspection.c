#include "app/inspection.h"

#include "base/limits.h"
#include "io/tar.h"

void inspect_budget_init(struct inspect_budget *budget)
{
    *budget = (struct inspect_budget){
        .findings = LIMIT_FILE_FINDINGS,
        .members = LIMIT_ARCHIVE_MEMBERS,
        .inflated = LIMIT_ARCHIVE_INFLATED,
    };
}

static const struct inspector_class *class_of(const struct inspection *inspection, size_t i)
{
    return inspection->inspectors->items[i].class;
}

void inspection_open(struct inspection *inspection)
{
    inspection->sink->left = &inspection->budget->findings;
    inspection->sink->spent = &inspection->budget->spent;
    for (size_t i = 0; i < inspection->inspectors->count; i++)
        if (class_of(inspection, i)->open)
            inspection->readers[i] =
                class_of(inspection, i)->open(inspection->inspectors->items[i].config);
}

void inspection_close(struct inspection *inspection)
{
    for (size_t i = 0; i < inspection->inspectors->count; i++)
        if (inspection->readers[i])
            class_of(inspection, i)->close(inspection->readers[i]);
    buf_free(&inspection->path);
}

/* "usr/lib/a.jar!/in/it: ..." */
static void tell(struct inspection *inspection, const struct inspect_entry *entry, bool incomplete,
                 struct pl_err *problem)
{
    struct str inner = str_first(entry->inner, 300);
    err_prefix(problem, "%.*s%s%.*s", STR_ARG(entry->path), inner.len ? "!/" : "", STR_ARG(inner));
    inspection->problem(inspection->context, incomplete, problem);
}

/* ---- one file ---- */

static void begin_sink(struct inspection *inspection, const struct inspect_entry *entry)
{
    struct inspect_sink *sink = inspection->sink;
    sink->path = entry->path;
    sink->inner = entry->inner;
    sink->file_count = 0;
}

/* Packages of the system bring files to /usr; /usr/local is the person's. What is in /etc people
 * change, so that it is looked at whoever brought it. */
static bool may_be_owned(const struct inspect_entry *entry)
{
    enum { MOST = 4 * 1024 * 1024 };
    return entry->depth == 0 && entry->size <= MOST && str_starts(entry->path, STR("usr/")) &&
           !str_starts(entry->path, STR("usr/local/"));
}

/* Whether it is a file with more holes than anybody wants to read. */
static bool tell_hollow(struct inspection *inspection, const struct inspect_entry *entry)
{
    struct pl_err problem;
    if (!entry->sparse || entry->size <= LIMIT_FILE_STREAM)
        return false;
    err_limit(
        &problem, LIMIT_NAME(LIMIT_FILE_STREAM),
        "a file with holes is larger than LIMIT_FILE_STREAM (%llu bytes); it was not examined",
        LIMIT_FILE_STREAM);
    tell(inspection, entry, true, &problem);
    return true;
}

bool inspected_file_begin(struct inspection *inspection, struct inspected_file *file,
                          const struct inspect_entry *entry)
{
    *file = (struct inspected_file){
        .entry = *entry,
        .gathered = {.fd = -1},
        .findings_before = inspection->sink->findings.count,
    };
    begin_sink(inspection, entry);
    for (size_t i = 0; i < inspection->inspectors->count; i++) {
        const struct inspector *inspector = &inspection->inspectors->items[i];
        const struct inspector_class *class = inspector->class;
        if (entry->depth && class->no_members)
            continue;
        inspection->sink->inspector = (unsigned)i;
        enum inspect_want want =
            class->entry(inspector->config, inspection->readers[i], entry, inspection->sink);
        file->wants[i] = want;
        file->wanted = file->wanted || want != INSPECT_NOTHING;
        if (want == INSPECT_WHOLE) {
            file->whole = true;
            file->whole_max =
                class->whole_max > file->whole_max ? class->whole_max : file->whole_max;
        }
        file->members = file->members || (want != INSPECT_NOTHING && !class->no_members);
    }
    file->wanted = file->wanted && entry->type == ENTRY_FILE && !tell_hollow(inspection, entry);
    file->summed = file->wanted && may_be_owned(entry);
    return file->wanted;
}

static bool wants_raw(const struct inspection *inspection, const struct inspected_file *file,
                      size_t i)
{
    return file->wants[i] == INSPECT_BYTES &&
           (file->kind == ARCHIVE_NONE || file->kind == ARCHIVE_BEHIND_SCRIPT ||
            !class_of(inspection, i)->members_only);
}

static void give(struct inspection *inspection, struct inspected_file *file, size_t i,
                 struct str chunk)
{
    const struct inspector *inspector = &inspection->inspectors->items[i];
    struct pl_err problem;
    inspection->sink->inspector = (unsigned)i;
    if (inspector->class->add(inspector->config, inspection->readers[i], chunk, inspection->sink,
                              &problem) == 0)
        return;
    tell(inspection, &file->entry, true, &problem);
    file->wants[i] = INSPECT_NOTHING;
}

static void gather(struct inspected_file *file, struct str chunk)
{
    if (!file->broken && content_add(&file->gathered, chunk, &file->problem) < 0)
        file->broken = true;
}

static void deliver(struct inspection *inspection, struct inspected_file *file, struct str chunk)
{
    for (size_t i = 0; i < inspection->inspectors->count; i++)
        if (wants_raw(inspection, file, i))
            give(inspection, file, i, chunk);
    if (file->whole && !file->too_large) {
        file->too_large = file->bytes.len + chunk.len > file->whole_max;
        if (!file->too_large)
            buf_add(&file->bytes, chunk);
    }
    if (file->kind != ARCHIVE_NONE && file->only.len)
        file->gathered = content_of_bytes(chunk);
    else if (file->kind != ARCHIVE_NONE)
        gather(file, chunk);
    else if (file->summed && !file->only.len)
        buf_add(&file->copy, chunk);
}

/* Of an archive all bytes were gathered anyway. */
static void sum_up(struct inspection *inspection, struct inspected_file *file)
{
    const unsigned char *bytes = NULL;
    struct pl_err ignored;
    struct str whole = file->only.len ? file->only : buf_str(&file->copy);
    AUTO_FREE void *scratch = NULL;
    if (!file->summed || inspection->sink->findings.count == file->findings_before)
        return;
    if (file->gathered.size && !file->only.len) {
        scratch = mem_alloc((size_t)file->gathered.size);
        if (content_read(&file->gathered, 0, (size_t)file->gathered.size, scratch, &bytes,
                         &ignored) < 0)
            return;
        whole = str_make((const char *)bytes, (size_t)file->gathered.size);
    }
    struct file_summer *summer = file_summer_new();
    struct found_sums *sums = VEC_ADD(&inspection->sums->items);
    sums->order = inspection->sink->order;
    sums->path = inspection->sink->findings.items[file->findings_before].path;
    file_summer_add(summer, whole);
    file_summer_end(summer, &sums->sums);
}

static void decide(struct inspected_file *file, struct str head)
{
    file->decided = true;
    if (file->members)
        file->kind = archive_kind_of(head, &file->entry);
}

static void pass_on(struct inspection *inspection, struct inspected_file *file, struct str chunk)
{
    if (!file->decided && file->head.len == 0 && chunk.len >= TAR_BLOCK)
        decide(file, chunk);
    if (file->decided) {
        deliver(inspection, file, chunk);
        return;
    }
    buf_add(&file->head, chunk);
    if (file->head.len < TAR_BLOCK)
        return;
    decide(file, buf_str(&file->head));
    deliver(inspection, file, buf_str(&file->head));
}

static void end_one(struct inspection *inspection, struct inspected_file *file, size_t i)
{
    const struct inspector *inspector = &inspection->inspectors->items[i];
    const struct inspector_class *class = inspector->class;
    void *reader = inspection->readers[i];
    struct pl_err problem;
    int r = 0;
    inspection->sink->inspector = (unsigned)i;
    if (wants_raw(inspection, file, i))
        r = class->end(inspector->config, reader, inspection->sink, &problem);
    else if (file->wants[i] == INSPECT_WHOLE &&
             (file->too_large || file->bytes.len > class->whole_max))
        r = err_limit(&problem, "whole_max",
                      "the file is larger than the %llu bytes that are read of such a file; it was "
                      "not examined",
                      (unsigned long long)class->whole_max);
    else if (file->wants[i] == INSPECT_WHOLE)
        r = class->whole(inspector->config, reader, &file->entry, buf_str(&file->bytes),
                         inspection->sink, &problem);
    if (r != 0)
        tell(inspection, &file->entry, r < 0, &problem);
}

/* One that cannot be opened is looked at as it is. */
static void give_as_it_is(struct inspection *inspection, struct inspected_file *file)
{
    enum { CHUNK = 256 * 1024 };
    AUTO_FREE char *buffer = mem_alloc(CHUNK);
    struct pl_err problem;
    file->kind = ARCHIVE_NONE;
    begin_sink(inspection, &file->entry);
    for (size_t i = 0; i < inspection->inspectors->count; i++) {
        const struct inspector *inspector = &inspection->inspectors->items[i];
        bool wanted = file->wants[i] == INSPECT_BYTES && inspector->class->members_only;
        inspection->sink->inspector = (unsigned)i;
        /* It has seen members since: it begins anew. */
        if (wanted)
            inspector->class->entry(inspector->config, inspection->readers[i], &file->entry,
                                    inspection->sink);
        for (uint64_t at = 0; wanted && at < file->gathered.size;) {
            const unsigned char *bytes;
            uint64_t left = file->gathered.size - at;
            size_t len = left < CHUNK ? (size_t)left : CHUNK;
            if (content_read(&file->gathered, at, len, buffer, &bytes, &problem) < 0)
                break;
            give(inspection, file, i, str_make((const char *)bytes, len));
            at += len;
        }
        if (wanted)
            end_one(inspection, file, i);
    }
}

static void open_archive(struct inspection *inspection, struct inspected_file *file)
{
    struct pl_err problem = file->problem;
    if (!file->only.len)
        content_seal(&file->gathered);
    bool script = file->kind == ARCHIVE_BEHIND_SCRIPT;
    if (file->broken || inspect_members(inspection, file, &problem) < 0) {
        /* It was looked at as a file, and is perhaps none other. */
        if (script && !file->broken && !problem.limit)
            return;
        /* What is damaged cannot be opened by whoever runs the image either. */
        tell(inspection, &file->entry, problem.limit != NULL || file->broken, &problem);
        give_as_it_is(inspection, file);
    }
}

/* All bytes came: whole files are looked at, archives are opened. */
static void end_all(struct inspection *inspection, struct inspected_file *file)
{
    if (file->ended)
        return;
    file->ended = true;
    if (!file->decided) {
        decide(file, buf_str(&file->head));
        if (file->head.len)
            deliver(inspection, file, buf_str(&file->head));
    }
    for (size_t i = 0; i < inspection->inspectors->count; i++)
        end_one(inspection, file, i);
    if (file->kind != ARCHIVE_NONE && !file->cut)
        open_archive(inspection, file);
    if (!file->cut && !file->broken)
        sum_up(inspection, file);
}

void inspected_file_add(struct inspection *inspection, struct inspected_file *file,
                        struct str chunk)
{
    bool all = file->seen == 0 && chunk.len == file->entry.size;
    file->seen += chunk.len;
    if (all)
        file->only = chunk;
    pass_on(inspection, file, chunk);
    /* While its bytes are still there, for who needs them once more. */
    if (all)
        end_all(inspection, file);
}

void inspected_file_end(struct inspection *inspection, struct inspected_file *file,
                        const struct pl_err *problem)
{
    file->cut = problem != NULL;
    end_all(inspection, file);
    if (problem) {
        struct pl_err copy = *problem;
        tell(inspection, &file->entry, true, &copy);
    }
    buf_free(&file->copy);
    content_free(&file->gathered);
    buf_free(&file->head);
    buf_free(&file->bytes);
}

/* ---- what the walker calls ---- */

bool inspection_entry(struct inspection *inspection, const struct inspect_entry *entry,
                      uint32_t order)
{
    struct inspect_entry kept = *entry;
    inspection->path.len = 0;
    buf_add(&inspection->path, entry->path);
    kept.path = buf_str(&inspection->path);
    inspection->sink->order = order;
    return inspected_file_begin(inspection, &inspection->file, &kept);
}

void inspection_bytes(struct inspection *inspection, struct str chunk)
{
    inspected_file_add(inspection, &inspection->file, chunk);
}

/* Too many findings are no reason to call the image unexamined: it is bad enough as it is. */
static void tell_left_out(struct inspection *inspection)
{
    struct pl_err problem;
    if (inspection->sink->left_out == 0 || inspection->told_limit)
        return;
    inspection->told_limit = true;
    err_limit(&problem, LIMIT_NAME(LIMIT_FINDINGS_OF_FILE),
              "there are more findings than LIMIT_FINDINGS_OF_FILE (%llu) in one file or "
              "LIMIT_FILE_FINDINGS (%llu) in all; the rest was left out",
              LIMIT_FINDINGS_OF_FILE, LIMIT_FILE_FINDINGS);
    tell(inspection, &inspection->file.entry, false, &problem);
}

void inspection_end(struct inspection *inspection, struct pl_err *problem)
{
    inspected_file_end(inspection, &inspection->file, problem);
    tell_left_out(inspection);
}
