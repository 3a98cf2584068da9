#include "cases.h"

static void published(void)
{
    check_cases("npm");
}

static void total_for_any_text(void)
{
    check_random("npm");
}

int main(void)
{
    RUN(published);
    RUN(total_for_any_text);
    return test_end();
}
