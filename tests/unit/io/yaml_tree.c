/* YAML with places: lines and columns, forms of scalars, aliases, merge keys, equal keys, limits.
 */
#include "io/yaml_tree.h"

#include "base/buf.h"
#include "base/limits.h"
#include "test.h"

struct read {
    struct arena arena;
    struct yaml_documents documents;
    struct pl_err err;
    int result;
};

static const struct yaml_node *read_text(struct read *read, struct str text)
{
    *read = (struct read){0};
    read->result = yaml_tree_read(text, &read->arena, &read->documents, &read->err);
    return read->documents.roots.count ? read->documents.roots.items[0] : NULL;
}

static void finish(struct read *read)
{
    yaml_documents_free(&read->documents);
    arena_free(&read->arena);
}

static void places(void)
{
    struct read read;
    const struct yaml_node *root = read_text(
        &read, STR("# c\na: b\nc:\n  - d\n  - e: |\n      x\n      y\nf: 'g'\n--- {h: [1]}\n"));
    CHECK_INT(read.result, 0);
    CHECK_INT(read.documents.roots.count, 2);
    CHECK_INT(yaml_get(root, "a")->line, 2);
    CHECK_INT(yaml_get(root, "a")->column, 4);
    const struct yaml_node *list = yaml_get(root, "c");
    CHECK_INT(list->kind, YAML_KIND_SEQUENCE);
    CHECK_INT(list->line, 4);
    CHECK_INT(list->end_line, 7);
    const struct yaml_node *block = yaml_get(list->items[1], "e");
    CHECK_INT(block->line, 5);
    CHECK_INT(block->end_line, 7);
    CHECK(str_is(block->text, "x\ny\n") && !block->plain);
    CHECK(!yaml_get(root, "f")->plain && yaml_get(root, "a")->plain);
    CHECK_INT(yaml_get(read.documents.roots.items[1], "h")->items[0]->line, 9);
    CHECK(yaml_get(root, "z") == NULL && yaml_get(list, "a") == NULL &&
          yaml_get(NULL, "a") == NULL);
    finish(&read);
}

static void aliases_and_merge_keys(void)
{
    struct read read;
    const struct yaml_node *root =
        read_text(&read, STR("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: *a\nd:\n  y: 9\n  <<: *a\n"
                             "e:\n  <<: [*b, *a]\nf: *nothing\ng: {x: 1, x: 2}\nh: {'<<': 1}\n"));
    CHECK_INT(read.result, 0);
    CHECK(yaml_get(root, "c") == yaml_get(root, "a"));
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "d"), "y")), "9"));
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "d"), "x")), "1"));
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "e"), "y")), "3")); /* the first one's */
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "e"), "x")), "1"));
    CHECK(yaml_is_null(yaml_get(root, "f")));
    CHECK_INT(yaml_get(root, "g")->count, 2);
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "g"), "x")), "2")); /* the last one's */
    CHECK(str_is(yaml_text(yaml_get(yaml_get(root, "h"), "<<")), "1"));
    finish(&read);
}

static void scalars(void)
{
    struct read read;
    int64_t number = 0;
    const struct yaml_node *root = read_text(
        &read, STR("t: Yes\nf: OFF\nq: 'null'\nn: ~\ne:\nx: 0x1F\no: 0o17\nc: 017\nm: -5\ns: 12a\n"
                   "b: 99999999999999999999\n"));
    CHECK(yaml_is_true(yaml_get(root, "t")) && !yaml_is_false(yaml_get(root, "t")));
    CHECK(yaml_is_false(yaml_get(root, "f")) && !yaml_is_true(yaml_get(root, "f")));
    CHECK(!yaml_is_null(yaml_get(root, "q")) && yaml_is_null(yaml_get(root, "n")));
    CHECK(yaml_is_null(yaml_get(root, "e")) && yaml_is_null(NULL));
    CHECK(yaml_to_integer(yaml_get(root, "x"), &number) && number == 31);
    CHECK(yaml_to_integer(yaml_get(root, "o"), &number) && number == 15);
    CHECK(yaml_to_integer(yaml_get(root, "c"), &number) && number == 15);
    CHECK(yaml_to_integer(yaml_get(root, "m"), &number) && number == -5);
    CHECK(!yaml_to_integer(yaml_get(root, "s"), &number));
    CHECK(!yaml_to_integer(yaml_get(root, "b"), &number));
    CHECK(!yaml_to_integer(NULL, &number));
    finish(&read);
}

static void errors_keep_what_was_read(void)
{
    struct read read;
    AUTO_BUF text = {0};
    CHECK(read_text(&read, STR("a: 1\n---\nb: [\n")) != NULL);
    CHECK_INT(read.result, -PL_E_FORMAT);
    CHECK(strstr(read.err.message, "line 4") != NULL);
    finish(&read);
    for (size_t i = 0; i < LIMIT_JSON_DEPTH + 2; i++)
        buf_putc(&text, '[');
    CHECK(read_text(&read, buf_str(&text)) == NULL);
    CHECK_INT(read.result, -PL_E_LIMIT);
    finish(&read);
    text.len = 0;
    buf_puts(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&text, "*a%d, ", i - 1);
        buf_puts(&text, "]\n");
    }
    CHECK(read_text(&read, buf_str(&text)) == NULL);
    CHECK_INT(read.result, -PL_E_LIMIT);
    CHECK(str_is(str_of(read.err.limit), "LIMIT_YAML_NODES"));
    finish(&read);
}

int main(void)
{
    RUN(places);
    RUN(aliases_and_merge_keys);
    RUN(scalars);
    RUN(errors_keep_what_was_read);
    return test_end();
}
