/* Graphs with circles, doubles and nodes that nobody wants. */
#include "catalog/reach.h"
#include "test.h"

static void walks(void)
{
    struct reach reach = {0};
    CHECK(!reach.known && !reach_has(&reach, 1));
    reach_add_root(&reach, 1);
    reach_add_root(&reach, 1);
    reach_add_root(&reach, 9);
    reach_add_edge(&reach, 3, 1);
    reach_add_edge(&reach, 1, 2);
    reach_add_edge(&reach, 2, 3);
    reach_add_edge(&reach, 2, 2);
    reach_add_edge(&reach, 4, 5);
    reach_add_edge(&reach, 5, 1);
    reach_walk(&reach);
    CHECK(reach.known);
    CHECK(reach_has(&reach, 1) && reach_has(&reach, 2) && reach_has(&reach, 3));
    CHECK(reach_has(&reach, 9));
    CHECK(!reach_has(&reach, 4) && !reach_has(&reach, 5) && !reach_has(&reach, 0));
    reach_free(&reach);
}

static void nothing(void)
{
    struct reach reach = {0};
    reach_walk(&reach);
    CHECK(reach.known && !reach_has(&reach, 1));
    reach_free(&reach);
}

int main(void)
{
    RUN(walks);
    RUN(nothing);
    return test_end();
}
