#include "cases.h"

static void published(void)
{
    check_cases("cargo");
}

static void total_for_any_text(void)
{
    check_random("cargo");
}

int main(void)
{
    RUN(published);
    RUN(total_for_any_text);
    return test_end();
}
