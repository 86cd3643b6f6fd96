// Two threads inside one inference: a helper that spins between steps and parks when nothing comes for a while.
#include "include/inference.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

// A step's barrier costs well under a microsecond while both threads spin; waking a parked helper costs tens.
#define SPINS_BEFORE_PARKING 20000
#define SPINS_BEFORE_YIELDING 2000

struct sk_team {
    pthread_t helper;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Alignas(64) atomic_ullong ticket;  // counts the steps handed out
    _Alignas(64) atomic_ullong done;    // the last ticket the helper finished
    _Alignas(64) atomic_bool parked;
    const sk_step *step;                // what the ticket stands for; NULL: nothing to do
    bool stop;
};

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void park(sk_team *team, unsigned long long seen) {
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->parked, true);
    while (atomic_load(&team->ticket) == seen) pthread_cond_wait(&team->wake, &team->lock);
    atomic_store(&team->parked, false);
    pthread_mutex_unlock(&team->lock);
}

static void *help(void *argument) {
    sk_team *team = argument;
    unsigned long long seen = 0;
    for (;;) {
        int spins = 0;
        while (atomic_load_explicit(&team->ticket, memory_order_acquire) == seen) {
            if (++spins < SPINS_BEFORE_PARKING) relax();
            else park(team, seen);
        }
        seen = atomic_load_explicit(&team->ticket, memory_order_acquire);
        if (team->stop) return 0;
        if (team->step) team->step->run(team->step, 1, 2);
        atomic_store_explicit(&team->done, seen, memory_order_release);
    }
}

/// Hands a step (or nothing, to wake the helper) out; returns its ticket.
static unsigned long long hand_out(sk_team *team, const sk_step *step) {
    team->step = step;
    unsigned long long ticket = atomic_load_explicit(&team->ticket, memory_order_relaxed) + 1;
    atomic_store(&team->ticket, ticket);
    if (atomic_load(&team->parked)) {
        pthread_mutex_lock(&team->lock);
        pthread_cond_signal(&team->wake);
        pthread_mutex_unlock(&team->lock);
    }
    return ticket;
}

static void wait_for(sk_team *team, unsigned long long ticket) {
    int spins = 0;
    while (atomic_load_explicit(&team->done, memory_order_acquire) != ticket) {
        if (++spins < SPINS_BEFORE_YIELDING) relax();
        else sched_yield();
    }
}

sk_team *sk_team_create(void) {
    sk_team *team = aligned_alloc(64, sizeof(sk_team));
    if (!team) return 0;
    *team = (sk_team){0};
    pthread_mutex_init(&team->lock, 0);
    pthread_cond_init(&team->wake, 0);
    if (pthread_create(&team->helper, 0, help, team) == 0) return team;
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    free(team);
    return 0;
}

void sk_team_destroy(sk_team *team) {
    team->stop = true;
    hand_out(team, 0);
    pthread_join(team->helper, 0);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->wake);
    free(team);
}

void sk_team_run(sk_team *team, const sk_step *steps, const bool *shared, int64_t count) {
    unsigned long long pending = hand_out(team, 0);
    for (int64_t i = 0; i < count; i++) {
        if (!shared[i]) {
            steps[i].run(&steps[i], 0, 1);
            continue;
        }
        wait_for(team, pending);
        pending = hand_out(team, &steps[i]);
        steps[i].run(&steps[i], 0, 2);
        wait_for(team, pending);
    }
    wait_for(team, pending);
}
