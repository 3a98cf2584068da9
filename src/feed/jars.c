/* What jars are, by their SHA-1: a list of "sha1,group,artifact,version" with that head line, or
 * the same with tabs. It is for jars that say nothing of themselves. Made by whoever has the jars:
 * a repository manager's index, an export of Maven Central's, or (docs/jars.md) a shell loop. */
#include <stdio.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "feed/feed.h"

static const char commas[] = "sha1,group,artifact,version",
                  tabs[] = "sha1\tgroup\tartifact\tversion";

static bool jars_recognise(struct str head)
{
    if (str_starts(head, STR("\xef\xbb\xbf")))
        head = str_from(head, 3);
    return str_starts(head, STR(commas)) || str_starts(head, STR(tabs));
}

struct jars {
    struct feed_import *import;
    struct feed_document *document;
    uint32_t unit;
    char separator;
    struct buf text;
};

/* 40 hex digits, in lower case behind it. */
static bool is_digest(struct str text, char ret_digest[40])
{
    for (size_t i = 0; i < text.len && text.len == 40; i++) {
        char c = text.data[i];
        if (c >= 'A' && c <= 'F')
            c = (char)(c + 32);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        ret_digest[i] = c;
    }
    return text.len == 40;
}

/* Coordinates have neither white space nor colons. */
static bool is_coordinate(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == ':' || text.data[i] == ',')
            return false;
    return text.len != 0;
}

static int add(struct jars *jars, struct str line, struct pl_err *err)
{
    struct str rest = line, sha1, group, artifact;
    char digest[40];
    if (!str_cut(&rest, jars->separator, &sha1) || !str_cut(&rest, jars->separator, &group) ||
        !str_cut(&rest, jars->separator, &artifact) || !is_digest(sha1, digest) ||
        !is_coordinate(group) || !is_coordinate(artifact) || !is_coordinate(rest))
        return err_set(err, PL_E_FORMAT,
                       "the line is no SHA-1 with a group, an artifact and a version");
    jars->text.len = 0;
    buf_printf(&jars->text, "%.*s:%.*s:%.*s", STR_ARG(group), STR_ARG(artifact), STR_ARG(rest));
    struct str coordinates = buf_str(&jars->text);
    struct vulndb_statement statement = {
        .feed = FEED_JARS, .advisory = coordinates, .ids = &coordinates, .id_count = 1};
    return builder_statement(jars->import->builder, jars->unit, STR(VULNDB_JARS),
                             str_make(digest, sizeof(digest)), &statement, err);
}

static void take_line(void *context, struct str line, uint64_t number)
{
    struct jars *jars = context;
    struct pl_err problem;
    char place[32];
    if (number == 1) {
        jars->separator = str_index(line, '\t') == SIZE_MAX ? ',' : '\t';
        return;
    }
    if (!line.len || line.data[0] == '#')
        return;
    jars->import->records++;
    if (add(jars, line, &problem) == 0)
        return;
    snprintf(place, sizeof(place), "%llu", (unsigned long long)number);
    feed_tell(jars->import, jars->document, str_of(place), &problem);
}

static int jars_read(struct feed_import *import, struct feed_document *document, struct pl_err *err)
{
    struct jars jars = {
        import, document, builder_unit(import->builder, FEED_JARS, STR("jars"), STR("")), ',', {0}};
    feed_brings_whole(import, jars.unit);
    builder_namespace(import->builder, jars.unit, STR(VULNDB_JARS));
    int r = feed_read_lines(document, take_line, &jars, err);
    buf_free(&jars.text);
    return r;
}

const struct feed feed_jars = {
    .name = "jars",
    .help = N_("what jars are, by their SHA-1 (a list of your own; see docs/jars.md)"),
    .id = FEED_JARS,
    .recognise = jars_recognise,
    .read = jars_read,
};
