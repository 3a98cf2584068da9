#include "check/drop_ins.h"

#include "base/path.h"
#include "check/dockerfile_checks.h"

bool drop_in_is(struct str path)
{
    struct str folder = path_base(path_dir(path));
    return str_ends(path, STR(".conf")) && check_glob_any(NAMES("?*.?*.d"), folder);
}

static void read_other(struct str name, const struct check_beside *beside, struct arena *arena,
                       struct unit_file *unit)
{
    AUTO_BUF text = {0};
    if (beside->read(beside, name, &text))
        unit_file_read(arena_str(arena, buf_str(&text)), true, arena, unit);
}

void drop_ins_read(struct str text, struct str path, const struct check_beside *beside,
                   struct arena *arena, struct unit_file *unit)
{
    struct str name = path_base(path), folder = path_base(path_dir(path));
    const struct str *names;
    bool is_drop_in = drop_in_is(path);
    *unit = (struct unit_file){0};
    if (!beside) {
        unit_file_read(text, false, arena, unit);
        return;
    }
    if (is_drop_in)
        read_other(arena_printf(arena, "../%.*s", STR_ARG(str_first(folder, folder.len - 2))),
                   beside, arena, unit);
    else
        unit_file_read(text, false, arena, unit);
    struct str where = is_drop_in ? STR(".") : arena_printf(arena, "%.*s.d", STR_ARG(name));
    size_t count = beside->list(beside, where, arena, &names);
    for (size_t i = 0; i < count; i++) {
        if (is_drop_in && str_equal(names[i], name))
            unit_file_read(text, false, arena, unit);
        else if (str_ends(names[i], STR(".conf")))
            read_other(arena_printf(arena, "%.*s/%.*s", STR_ARG(where), STR_ARG(names[i])), beside,
                       arena, unit);
    }
}
