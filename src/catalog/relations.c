#include "catalog/relations.h"

#include "base/buf.h"
#include "base/limits.h"

void relations_clear(struct relations *relations)
{
    relations->items.count = 0;
    arena_free(&relations->arena);
}

void relations_free(struct relations *relations)
{
    VEC_FREE(&relations->items);
    arena_free(&relations->arena);
}

/* Longer ones are nobody's version; hostile files would repeat them. */
enum { VERSION_MAX = 1024 };

static bool has_room(const struct relations *relations, struct str name)
{
    return name.len &&
           relations->arena.total + relations->items.count * sizeof(struct str) + name.len <
               LIMIT_RELATIONS;
}

void relations_add(struct relations *relations, struct str name)
{
    if (has_room(relations, name))
        *VEC_ADD(&relations->items) = arena_str(&relations->arena, name);
}

void relations_add_version(struct relations *relations, struct str name, struct str version)
{
    if (has_room(relations, name) && version.len <= VERSION_MAX)
        *VEC_ADD(&relations->items) = version.len ? arena_printf(&relations->arena, "%.*s\t%.*s",
                                                                 STR_ARG(name), STR_ARG(version))
                                                  : arena_str(&relations->arena, name);
}

void relations_put(const struct relations *needs, const struct relations *provides,
                   struct package *package)
{
    package->needs = needs->items.items;
    package->need_count = needs->items.count;
    package->provides = provides->items.items;
    package->provide_count = provides->items.count;
}

/* The name without architecture, version and build profiles. */
static struct str debian_name(struct str text)
{
    size_t len = 0;
    text = str_trim(text);
    while (len < text.len && !strchr(" \t(:[<", text.data[len]))
        len++;
    return str_first(text, len);
}

void relations_debian(struct relations *relations, struct str field)
{
    struct str group, one;
    while (str_cut(&field, ',', &group)) {
        AUTO_BUF names = {0};
        while (str_cut(&group, '|', &one)) {
            struct str name = debian_name(one);
            if (name.len && names.len)
                buf_putc(&names, '|');
            buf_add(&names, name);
        }
        relations_add(relations, buf_str(&names));
    }
}

void relations_words(struct relations *relations, struct str field)
{
    size_t at = 0;
    while (at < field.len) {
        size_t start = at;
        while (at < field.len && !strchr(" \t\r\n", field.data[at]))
            at++;
        struct str word = str_make(field.data + start, at - start);
        size_t len = 0;
        while (len < word.len && !strchr("<>=~", word.data[len]))
            len++;
        if (word.len && word.data[0] != '!')
            relations_add(relations, str_first(word, len));
        at++;
    }
}
