/* Looking things up in an open database. */
#include <stdlib.h>

#include "vulndb/internal.h"

/* Not the whole struct: its scratch memory needs no zeros. */
void vulndb_cursor_start(struct vulndb_cursor *cursor, const struct vulndb *db,
                         struct str statements)
{
    cursor->db = db;
    cursor->next = (const unsigned char *)statements.data;
    cursor->end = cursor->next ? cursor->next + statements.len : NULL;
    cursor->unit = 0;
    cursor->scratch.strs = NULL;
    cursor->scratch.ranges = NULL;
    cursor->scratch.str_capacity = cursor->scratch.range_capacity = 0;
}

bool vulndb_lookup(const struct vulndb *db, struct str name_space, struct str package,
                   struct vulndb_cursor *ret_cursor)
{
    char key[KEY_MAX];
    size_t len;
    struct str value;
    vulndb_cursor_start(ret_cursor, db, STR_NONE);
    if (!format_package_key(name_space, package, key, &len))
        return false;
    enum pages_result r = pages_find(&db->pages, str_make(key, len), &value);
    if (r == PAGES_DAMAGED)
        vulndb_tell_damage(db);
    if (r != PAGES_FOUND)
        return false;
    vulndb_cursor_start(ret_cursor, db, value);
    return true;
}

static struct str *strs_of(struct vulndb_cursor *cursor)
{
    return cursor->scratch.strs ? cursor->scratch.strs : cursor->scratch.few_strs;
}

/* The scratch memory with room for `count` texts, the first `kept` of which stay. */
static struct str *room_for_strs(struct vulndb_cursor *cursor, size_t count, size_t kept)
{
    if (count <=
        (cursor->scratch.strs ? cursor->scratch.str_capacity : ARRAY_LEN(cursor->scratch.few_strs)))
        return strs_of(cursor);
    bool first = !cursor->scratch.strs;
    cursor->scratch.str_capacity = count + 64;
    cursor->scratch.strs =
        mem_realloc(cursor->scratch.strs, cursor->scratch.str_capacity * sizeof(struct str));
    if (first)
        memcpy(cursor->scratch.strs, cursor->scratch.few_strs, kept * sizeof(struct str));
    return cursor->scratch.strs;
}

/* Texts of a list: each number ends with a byte that has no top bit. */
static size_t count_texts(const struct format_reader *list)
{
    size_t count = 0;
    for (const unsigned char *at = list->next; at < list->end; at++)
        count += !(*at & 0x80);
    return count;
}

/* Adds a list's texts behind `count` ones in the scratch memory; the new count. */
static size_t add_list(struct vulndb_cursor *cursor, struct format_reader *reader, size_t count)
{
    struct format_reader list = vulndb_read_list(cursor->db, reader);
    size_t more = count_texts(&list);
    if (list.bad || more > LIST_MAX) {
        reader->bad = true;
        return count;
    }
    struct str *strs = room_for_strs(cursor, count + more, count);
    for (; more && !list.bad; more--)
        strs[count++] = vulndb_read_text(cursor->db, &list);
    reader->bad = reader->bad || list.bad || list.next < list.end;
    return count;
}

static void read_ranges(struct vulndb_cursor *cursor, struct format_reader *reader, bool with_after,
                        struct vulndb_statement *statement)
{
    uint64_t count = format_number(reader);
    /* Three numbers each. */
    if (count > (uint64_t)(reader->end - reader->next) / 3)
        reader->bad = true;
    if (reader->bad)
        return;
    struct advisory_range *ranges = cursor->scratch.few_ranges;
    if (count > ARRAY_LEN(cursor->scratch.few_ranges)) {
        if (count > cursor->scratch.range_capacity) {
            cursor->scratch.range_capacity = count + 8;
            cursor->scratch.ranges =
                mem_realloc(cursor->scratch.ranges,
                            cursor->scratch.range_capacity * sizeof(struct advisory_range));
        }
        ranges = cursor->scratch.ranges;
    }
    for (uint64_t i = 0; i < count; i++) {
        struct advisory_range *range = &ranges[i];
        range->introduced = vulndb_read_text(cursor->db, reader);
        range->fixed = vulndb_read_text(cursor->db, reader);
        range->last_affected = vulndb_read_text(cursor->db, reader);
        range->after = with_after && format_byte(reader);
    }
    statement->ranges = ranges;
    statement->range_count = count;
}

static void read_flags(struct format_reader *reader, unsigned first, unsigned second,
                       struct vulndb_statement *statement)
{
    unsigned status = first & STATEMENT_STATUS;
    unsigned severity = (first & STATEMENT_SEVERITY) >> STATEMENT_SEVERITY_SHIFT;
    if (status > ADVISORY_END_OF_LIFE || severity >= SEVERITY_COUNT ||
        (second & ~(unsigned)STATEMENT_FLAGS2))
        reader->bad = true;
    statement->status = (enum advisory_status)status;
    statement->severity = (enum severity)severity;
    statement->unimportant = second & STATEMENT_UNIMPORTANT;
    statement->modular = second & STATEMENT_MODULAR;
}

static void read_unit(struct vulndb_cursor *cursor, struct format_reader *reader,
                      struct vulndb_statement *statement)
{
    uint64_t unit = format_number(reader);
    if (unit >= cursor->db->info.feed_count) {
        reader->bad = true;
        return;
    }
    cursor->unit = (uint32_t)unit;
    statement->feed = cursor->db->feed_ids[unit];
}

bool vulndb_next(struct vulndb_cursor *cursor, struct vulndb_statement *ret_statement)
{
    if (cursor->next >= cursor->end)
        return false;
    struct format_reader reader = {cursor->next, cursor->end, false};
    struct vulndb_statement statement = {.feed = FEED_COUNT};
    unsigned first = format_byte(&reader), second = format_byte(&reader);
    read_flags(&reader, first, second, &statement);
    read_unit(cursor, &reader, &statement);
    statement.advisory = vulndb_read_text(cursor->db, &reader);
    size_t ids = 1;
    if (first & STATEMENT_OWN_ID)
        strs_of(cursor)[0] = statement.advisory;
    else
        ids = add_list(cursor, &reader, 0);
    if (first & STATEMENT_HAS_REASON)
        statement.reason = vulndb_read_text(cursor->db, &reader);
    if (second & STATEMENT_HAS_MODULE)
        statement.module = vulndb_read_text(cursor->db, &reader);
    read_ranges(cursor, &reader, second & STATEMENT_HAS_AFTER, &statement);
    size_t versions = ids;
    if (second & STATEMENT_HAS_VERSIONS)
        versions = add_list(cursor, &reader, ids);
    if (reader.bad) {
        vulndb_tell_damage(cursor->db);
        cursor->next = cursor->end;
        return false;
    }
    statement.ids = strs_of(cursor);
    statement.id_count = ids;
    statement.version_count = versions - ids;
    if (statement.version_count)
        statement.versions = statement.ids + ids;
    cursor->next = reader.next;
    *ret_statement = statement;
    return true;
}

void vulndb_cursor_free(struct vulndb_cursor *cursor)
{
    free(cursor->scratch.strs);
    free(cursor->scratch.ranges);
    vulndb_cursor_start(cursor, NULL, STR_NONE);
}

bool vulndb_jar(const struct vulndb *db, struct str sha1, struct str *ret_coordinates)
{
    struct vulndb_cursor cursor;
    struct vulndb_statement statement;
    bool found =
        vulndb_lookup(db, STR(VULNDB_JARS), sha1, &cursor) && vulndb_next(&cursor, &statement);
    if (found)
        *ret_coordinates = statement.advisory;
    vulndb_cursor_free(&cursor);
    return found && str_index(*ret_coordinates, ':') != SIZE_MAX;
}
