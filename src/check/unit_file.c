#include "check/unit_file.h"

#include "base/buf.h"

struct reader {
    struct unit_file *unit;
    struct arena *arena;
    struct str section;
    struct buf joined; /* a line that is continued */
    uint32_t line;     /* where it begins */
    bool elsewhere;
};

static void take_line(struct reader *reader, struct str line, uint32_t last)
{
    line = str_trim(line);
    if (line.len > 1 && line.data[0] == '[' && line.data[line.len - 1] == ']') {
        reader->section = arena_str(reader->arena, str_make(line.data + 1, line.len - 2));
        return;
    }
    size_t equals = str_index(line, '=');
    if (equals == SIZE_MAX)
        return;
    *VEC_ADD(&reader->unit->entries) = (struct unit_entry){
        .section = reader->section,
        .key = arena_str(reader->arena, str_trim(str_first(line, equals))),
        .value = arena_str(reader->arena, str_trim(str_from(line, equals + 1))),
        .line = reader->line,
        .end_line = last,
        .elsewhere = reader->elsewhere,
    };
}

void unit_file_read(struct str text, bool elsewhere, struct arena *arena, struct unit_file *unit)
{
    struct reader reader = {.unit = unit, .arena = arena, .elsewhere = elsewhere};
    struct str rest = text, line;
    uint32_t number = 0;
    while (str_cut(&rest, '\n', &line)) {
        struct str words = str_trim(line);
        number++;
        /* Comments between continued lines are passed over. */
        if (words.len && strchr("#;", words.data[0]))
            continue;
        if (reader.joined.len == 0)
            reader.line = number;
        bool goes_on = str_ends(words, STR("\\"));
        buf_add(&reader.joined, goes_on ? str_first(words, words.len - 1) : words);
        if (goes_on) {
            buf_putc(&reader.joined, ' ');
            continue;
        }
        take_line(&reader, buf_str(&reader.joined), number);
        reader.joined.len = 0;
    }
    take_line(&reader, buf_str(&reader.joined), number);
    buf_free(&reader.joined);
}

void unit_file_free(struct unit_file *unit)
{
    VEC_FREE(&unit->entries);
}

const struct yaml_node *unit_file_values(const struct unit_file *unit, const char *section,
                                         const char *key, struct arena *arena)
{
    VEC(const struct yaml_node *) values = {0};
    for (size_t i = 0; i < unit->entries.count; i++) {
        const struct unit_entry *entry = &unit->entries.items[i];
        if (!str_is(entry->section, section) || !str_is(entry->key, key))
            continue;
        if (entry->value.len == 0) {
            values.count = 0;
            continue;
        }
        struct yaml_node *node = ARENA_NEW(arena, struct yaml_node);
        *node = (struct yaml_node){.kind = YAML_KIND_SCALAR,
                                   .plain = true,
                                   .line = entry->line,
                                   .end_line = entry->end_line,
                                   .column = 1,
                                   .elsewhere = entry->elsewhere,
                                   .text = entry->value};
        *VEC_ADD(&values) = node;
    }
    struct yaml_node *sequence = NULL;
    if (values.count) {
        sequence = ARENA_NEW(arena, struct yaml_node);
        *sequence = (struct yaml_node){.kind = YAML_KIND_SEQUENCE,
                                       .line = values.items[0]->line,
                                       .end_line = values.items[0]->end_line,
                                       .column = 1,
                                       .count = values.count};
        sequence->items = ARENA_ARRAY(arena, const struct yaml_node *, values.count);
        memcpy(sequence->items, values.items, sizeof(values.items[0]) * values.count);
    }
    VEC_FREE(&values);
    return sequence;
}
