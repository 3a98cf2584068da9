#include "catalog/cataloger.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

enum { JOINED_FIRST = 4096 };

void lines_init(struct line_reader *reader, struct input *input)
{
    *reader = (struct line_reader){.input = input};
    if (!input->next) {
        reader->chunk = input->whole;
        reader->ended = true;
    }
}

void lines_free(struct line_reader *reader)
{
    free(reader->joined);
    reader->joined = NULL;
    reader->joined_len = reader->joined_capacity = 0;
}

/* Keeps `part` of a line whose end is in a later chunk; bytes past LIMIT_LINE are dropped. */
static void join(struct line_reader *reader, struct str part)
{
    size_t room = (size_t)LIMIT_LINE - reader->joined_len;
    if (part.len > room) {
        part.len = room;
        reader->cut = true;
    }
    size_t need = reader->joined_len + part.len;
    if (need > reader->joined_capacity) {
        size_t capacity = reader->joined_capacity ? reader->joined_capacity : JOINED_FIRST;
        while (capacity < need)
            capacity *= 2;
        reader->joined = mem_realloc(reader->joined, capacity);
        reader->joined_capacity = capacity;
    }
    if (part.len)
        memcpy(reader->joined + reader->joined_len, part.data, part.len);
    reader->joined_len = need;
}

/* Makes reader->chunk not empty, or sets reader->ended. */
static int refill(struct line_reader *reader, struct pl_err *err)
{
    if (reader->ended)
        return 0;
    int r = reader->input->next(reader->input, &reader->chunk, err);
    if (r < 0)
        return r;
    if (reader->chunk.len == 0)
        reader->ended = true;
    return 0;
}

/* The line began in an earlier chunk: joins it until its '\n' or the end of the input. */
static int next_joined(struct line_reader *reader, struct str *ret_line, struct pl_err *err)
{
    for (;;) {
        int r = reader->chunk.len ? 0 : refill(reader, err);
        if (r < 0)
            return r;
        if (reader->chunk.len == 0)
            break;
        const char *end = memchr(reader->chunk.data, '\n', reader->chunk.len);
        size_t len = end ? (size_t)(end - reader->chunk.data) : reader->chunk.len;
        join(reader, str_first(reader->chunk, len));
        reader->chunk = str_from(reader->chunk, end ? len + 1 : len);
        if (end)
            break;
    }
    *ret_line = str_make(reader->joined, reader->joined_len);
    return 1;
}

int lines_next(struct line_reader *reader, struct str *ret_line, struct pl_err *err)
{
    reader->cut = false;
    reader->joined_len = 0;
    if (reader->chunk.len == 0) {
        int r = refill(reader, err);
        if (r < 0)
            return r;
        if (reader->chunk.len == 0)
            return 0;
    }
    reader->line++;
    const char *end = memchr(reader->chunk.data, '\n', reader->chunk.len);
    if (!end && !reader->ended) {
        join(reader, reader->chunk);
        reader->chunk = STR_NONE;
        return next_joined(reader, ret_line, err);
    }
    size_t len = end ? (size_t)(end - reader->chunk.data) : reader->chunk.len;
    *ret_line = str_first(reader->chunk, len);
    reader->chunk = str_from(reader->chunk, end ? len + 1 : len);
    if (len > LIMIT_LINE) {
        ret_line->len = (size_t)LIMIT_LINE;
        reader->cut = true;
    }
    return 1;
}
