/* The arena and the buffer: what is handed out is apart, aligned and stays. */
#include "base/arena.h"
#include "base/buf.h"
#include "test.h"

static void pieces_are_apart(void)
{
    struct arena arena = {0};
    enum { COUNT = 4000 };
    unsigned char *pieces[COUNT];
    size_t sizes[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        /* Small ones, and now and then one that is larger than a block. */
        sizes[i] = i % 500 == 499 ? 3000000 : (i * 7919) % 300;
        pieces[i] = arena_alloc(&arena, sizes[i]);
        CHECK(((uintptr_t)pieces[i] & 15) == 0);
        memset(pieces[i], (int)(i & 0xff), sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < sizes[i]; k += 97)
            if (pieces[i][k] != (i & 0xff)) {
                FAIL("piece %zu was written over", i);
                break;
            }
    arena_free(&arena);
    CHECK(arena.blocks == NULL && arena.total == 0);
}

static void zeroed(void)
{
    struct arena arena = {0};
    memset(arena_alloc(&arena, 1000), 0xaa, 1000);
    for (int turn = 0; turn < 100; turn++) {
        unsigned char *piece = arena_zalloc(&arena, 333);
        for (size_t i = 0; i < 333; i++)
            CHECK(piece[i] == 0);
        memset(piece, 0xaa, 333);
    }
    int *numbers = ARENA_ARRAY(&arena, int, 5);
    CHECK_INT(numbers[4], 0);
    arena_free(&arena);
}

static void texts(void)
{
    struct arena arena = {0};
    struct str a = arena_str(&arena, str_make("abcdef", 3));
    struct str b = arena_str(&arena, STR("x"));
    CHECK_STR(a, "abc");
    CHECK(a.data[3] == '\0' && b.data[1] == '\0');
    CHECK_STR(arena_str(&arena, STR_NONE), "");
    CHECK(arena_str(&arena, STR_NONE).data != NULL);
    CHECK_STR(arena_printf(&arena, "%s-%d", "a", 12), "a-12");
    CHECK_STR(arena_printf(&arena, "%s", ""), "");
    char large[5000];
    memset(large, 'y', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    CHECK_STR(arena_printf(&arena, "%s", large), large);
    CHECK_STR(a, "abc");
    arena_free(&arena);
}

/* A large piece leaves the rest of the block before it in use. */
static void wastes_little(void)
{
    struct arena arena = {0};
    for (int i = 0; i < 1000; i++) {
        (void)arena_alloc(&arena, 64);
        if (i % 100 == 0)
            (void)arena_alloc(&arena, 1 << 20);
    }
    CHECK(arena.total < 13U << 20);
    arena_free(&arena);
}

static void buffers(void)
{
    AUTO_BUF buf = {0};
    CHECK_INT(buf_str(&buf).len, 0);
    buf_add(&buf, STR_NONE);
    buf_puts(&buf, "ab");
    buf_putc(&buf, 'c');
    buf_printf(&buf, "%d%s", 42, "");
    buf_printf(&buf, "%s", "");
    CHECK_STR(buf_str(&buf), "abc42");
    char *room = buf_reserve(&buf, 100000);
    memset(room, 'z', 100000);
    CHECK_INT(buf.len, 5);
    buf.len += 100000;
    buf_puts(&buf, "end");
    CHECK_INT(buf.len, 100008);
    CHECK_STR(str_from(buf_str(&buf), 100004), "zend");
    buf_free(&buf);
    CHECK(buf.data == NULL && buf.len == 0 && buf.capacity == 0);
    buf_puts(&buf, "again");
    CHECK_STR(buf_str(&buf), "again");
}

int main(void)
{
    RUN(pieces_are_apart);
    RUN(zeroed);
    RUN(texts);
    RUN(wastes_little);
    RUN(buffers);
    return test_end();
}
