/** A stand-in for zdtm's header: the test says when it is ready, and is asked by SIGTERM to compare. */
export const ZDTM_HEADER = `#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static volatile sig_atomic_t asked;
static void ask(int signal) { asked = 1; }
#define test_init(c, v) signal(SIGTERM, ask)
#define test_daemon() close(creat("ready", 0600))
#define test_waitsig() while (!asked) usleep(10000)
#define test_fork() fork()
#define pr_perror(...) (printf(__VA_ARGS__), puts(""))
#define fail(...) (printf("FAIL "), printf(__VA_ARGS__))
#define pass() puts("PASS")
`;
