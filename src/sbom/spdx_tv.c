/* SPDX 2 as tag-value: SPDX 2.3, clause 4.4 and annex on formats. Each package becomes what it is
 * in JSON. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "sbom/notes.h"
#include "sbom/spdx.h"

static bool detect(struct str head)
{
    struct str line;
    while (str_cut(&head, '\n', &line)) {
        line = str_trim(line);
        if (line.len && line.data[0] != '#')
            return str_starts(line, STR("SPDXVersion:"));
    }
    return false;
}

struct tags {
    struct spdx_reading *reading;
    bool packages; /* the second time: packages are read, else what they refer to */
    json_t *package;
    struct sbom_notes notes;
    struct buf annotation_of, comment;
    size_t line;
};

static json_t *text_of(struct str text)
{
    json_t *value = json_stringn(text.data ? text.data : "", text.len);
    return value ? value : json_string(""); /* no UTF-8 */
}

static json_t *list_of(json_t *package, const char *key)
{
    json_t *list = json_object_get(package, key);
    if (!list) {
        list = json_array();
        json_object_set_new(package, key, list);
    }
    return list;
}

/* Annotations may stand anywhere: the first reading gathered them. */
static void add_annotations(struct tags *tags)
{
    size_t count;
    const struct sbom_note *notes =
        sbom_notes_of(&tags->notes, json_text(tags->package, "SPDXID"), &count);
    for (size_t i = 0; i < count; i++) {
        json_t *annotation = json_object();
        json_object_set_new(annotation, "comment", text_of(notes[i].text));
        json_array_append_new(list_of(tags->package, "annotations"), annotation);
    }
}

static void end_package(struct tags *tags)
{
    if (!tags->package)
        return;
    add_annotations(tags);
    spdx_package(tags->reading, tags->package);
    json_decref(tags->package);
    tags->package = NULL;
}

static void end_annotation(struct tags *tags)
{
    sbom_notes_add(&tags->notes, buf_str(&tags->annotation_of), buf_str(&tags->comment));
    tags->annotation_of.len = tags->comment.len = 0;
}

/* Others write more than one space between words. */
static bool cut_word(struct str *rest, struct str *ret_word)
{
    bool found = str_cut(rest, ' ', ret_word);
    *rest = str_trim(*rest);
    return found;
}

/* "SPDXRef-A TYPE SPDXRef-B" */
static void take_relationship(struct tags *tags, struct str value)
{
    struct str from, type;
    if (cut_word(&value, &from) && cut_word(&value, &type))
        spdx_relationship(tags->reading, from, type, value);
}

/* "PACKAGE-MANAGER purl pkg:..." */
static void take_reference(struct tags *tags, struct str value)
{
    struct str category, type;
    if (!cut_word(&value, &category) || !cut_word(&value, &type))
        return;
    json_t *reference = json_object();
    json_object_set_new(reference, "referenceType", text_of(type));
    json_object_set_new(reference, "referenceLocator", text_of(value));
    json_array_append_new(list_of(tags->package, "externalRefs"), reference);
}

static void take_checksum(struct tags *tags, struct str value)
{
    struct str algorithm;
    if (!str_cut(&value, ':', &algorithm))
        return;
    json_t *checksum = json_object();
    json_object_set_new(checksum, "algorithm", text_of(algorithm));
    json_object_set_new(checksum, "checksumValue", text_of(str_trim(value)));
    json_array_append_new(list_of(tags->package, "checksums"), checksum);
}

static void take_package_tag(struct tags *tags, struct str tag, struct str value)
{
    static const struct {
        const char *tag, *key;
    } texts[] = {
        {"SPDXID", "SPDXID"},
        {"PackageVersion", "versionInfo"},
        {"PackageSupplier", "supplier"},
        {"PackageLicenseDeclared", "licenseDeclared"},
        {"PackageLicenseConcluded", "licenseConcluded"},
        {"PackageSourceInfo", "sourceInfo"},
        {"PackageDescription", "description"},
        {"PrimaryPackagePurpose", "primaryPackagePurpose"},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (str_is(tag, texts[i].tag)) {
            json_object_set_new(tags->package, texts[i].key, text_of(value));
            return;
        }
    if (str_is(tag, "ExternalRef"))
        take_reference(tags, value);
    else if (str_is(tag, "PackageChecksum"))
        take_checksum(tags, value);
    else if (str_is(tag, "PackageAttributionText"))
        json_array_append_new(list_of(tags->package, "attributionTexts"), text_of(value));
}

/* What begins something else than a package ends it. */
static bool ends_package(struct str tag)
{
    static const char *const others[] = {"PackageName", "FileName",     "SnippetSPDXID",
                                         "LicenseID",   "Relationship", "Annotator"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_is(tag, others[i]))
            return true;
    return false;
}

static void first_time(struct tags *tags, struct str tag, struct str value)
{
    if (str_is(tag, "SPDXVersion"))
        spdx_root(tags->reading, STR("spdxVersion"), value);
    else if (str_is(tag, "Creator"))
        spdx_creator(tags->reading, value);
    else if (str_is(tag, "Relationship"))
        take_relationship(tags, value);
    else if (str_is(tag, "Annotator"))
        end_annotation(tags);
    else if (str_is(tag, "SPDXREF"))
        buf_add(&tags->annotation_of, value);
    else if (str_is(tag, "AnnotationComment"))
        buf_add(&tags->comment, value);
}

static void take(struct tags *tags, struct str tag, struct str value)
{
    if (!tags->packages) {
        first_time(tags, tag, value);
        return;
    }
    if (ends_package(tag))
        end_package(tags);
    if (str_is(tag, "PackageName")) {
        tags->package = json_object();
        json_object_set_new(tags->package, "name", text_of(value));
    } else if (tags->package) {
        take_package_tag(tags, tag, value);
    }
}

/* ---- lines ---- */

struct lines {
    struct tags *tags;
    struct buf line;  /* not complete yet */
    struct buf value; /* between <text> and </text> */
    char tag[48];
    bool in_text;
};

static int take_line(struct lines *lines, struct str line, struct pl_err *err)
{
    struct tags *tags = lines->tags;
    tags->line++;
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    if (!lines->in_text) {
        size_t colon = str_index(line, ':');
        struct str tag = str_trim(str_first(line, colon == SIZE_MAX ? 0 : colon));
        struct str value = colon == SIZE_MAX ? STR_NONE : str_trim(str_from(line, colon + 1));
        line = str_trim(line);
        if (line.len == 0 || line.data[0] == '#')
            return 0;
        if (tag.len == 0 || tag.len >= sizeof(lines->tag))
            return err_set(err, PL_E_FORMAT, "line %zu: there is no tag before a ':'", tags->line);
        if (!str_starts(value, STR("<text>"))) {
            take(tags, tag, value);
            return 0;
        }
        memcpy(lines->tag, tag.data, tag.len);
        lines->tag[tag.len] = 0;
        lines->in_text = true;
        lines->value.len = 0;
        line = str_from(value, 6);
    } else {
        buf_putc(&lines->value, '\n');
    }
    size_t end = str_find(line, STR("</text>"));
    buf_add(&lines->value, str_first(line, end));
    if (lines->value.len > LIMIT_JSON_ENTRY)
        return err_limit(err, LIMIT_NAME(LIMIT_JSON_ENTRY),
                         "line %zu: an entry has more than %llu bytes", tags->line,
                         (unsigned long long)LIMIT_JSON_ENTRY);
    if (end != SIZE_MAX) {
        lines->in_text = false;
        take(tags, str_of(lines->tag), buf_str(&lines->value));
    }
    return 0;
}

static int take_chunk(struct lines *lines, struct str chunk, struct pl_err *err)
{
    int r = 0;
    while (r == 0 && chunk.len) {
        size_t end = str_index(chunk, '\n');
        if (lines->line.len + (end == SIZE_MAX ? chunk.len : end) > LIMIT_LINE)
            return err_limit(err, LIMIT_NAME(LIMIT_LINE), "line %zu has more than %llu bytes",
                             lines->tags->line + 1, (unsigned long long)LIMIT_LINE);
        if (end == SIZE_MAX) {
            buf_add(&lines->line, chunk);
            return 0;
        }
        if (lines->line.len) {
            buf_add(&lines->line, str_first(chunk, end));
            r = take_line(lines, buf_str(&lines->line), err);
            lines->line.len = 0;
        } else {
            r = take_line(lines, str_first(chunk, end), err);
        }
        chunk = str_from(chunk, end + 1);
    }
    return r;
}

static int read_lines(struct rewind_input *input, struct tags *tags, struct pl_err *err)
{
    struct lines lines = {.tags = tags};
    struct str chunk = STR("x");
    tags->line = 0;
    int r = rewind_start(input, err);
    while (r == 0 && chunk.len) {
        r = rewind_read(input, &chunk, err);
        if (r == 0)
            r = take_chunk(&lines, chunk, err);
    }
    if (r == 0 && lines.line.len)
        r = take_line(&lines, buf_str(&lines.line), err);
    if (r == 0 && lines.in_text)
        r = err_set(err, PL_E_FORMAT, "line %zu: the document ends inside of <text>", tags->line);
    buf_free(&lines.line);
    buf_free(&lines.value);
    return r;
}

static int read_document(struct rewind_input *input, struct sbom_builder *builder,
                         struct pl_err *err)
{
    struct spdx_reading reading = {.builder = builder, .syntax = "tag-value"};
    struct tags tags = {.reading = &reading};
    int r = read_lines(input, &tags, err);
    end_annotation(&tags);
    sbom_notes_sort(&tags.notes);
    if (r == 0)
        r = spdx_check_version(&reading, err);
    tags.packages = true;
    if (r == 0)
        r = read_lines(input, &tags, err);
    end_package(&tags);
    sbom_notes_check(&tags.notes, builder);
    sbom_notes_free(&tags.notes);
    buf_free(&tags.annotation_of);
    buf_free(&tags.comment);
    hash_set_free(&reading.described);
    return r;
}

const struct sbom_format sbom_format_spdx_tv = {
    .name = "spdx-tv",
    .help = N_("SPDX tag-value, 2.x"),
    .detect = detect,
    .read = read_document,
};
