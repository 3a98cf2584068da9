#include "cases.h"

static void published(void)
{
    check_cases("maven");
}

static void total_for_any_text(void)
{
    check_random("maven");
}

int main(void)
{
    RUN(published);
    RUN(total_for_any_text);
    return test_end();
}
