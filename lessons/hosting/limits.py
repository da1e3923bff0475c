"""Every limit of hosting, with its reason. What people read when they meet one stands in `refusals.py`."""

SLICE = 0.005  # s a cluster may run before the next one's turn: the page's own threads wait at most about this long
EVENTS_PER_LOOK = 64  # events between two looks at the wall clock inside a slice
FRAME_INTERVAL = 0.1  # s between frames of one cluster (10/s); the first after quiet goes at once
ANSWER_WAIT = 0.012  # s the frame after a person's act waits for the API server's answer (2 hops and a commit)
LAG = 0.25  # s of wall time a cluster may fall behind before its clock is set to what was reached

COMMANDS_PER_SECOND = 20  # a person holding a key down stays below this
COMMAND_BURST = 40
CLUSTERS_PER_PERSON = 10  # the one not looked at for longest goes first
MESSAGE_BYTES = 64 * 1024  # one socket message; a manifest that is longer belongs into the console

FOLLOWERS = 1000  # who watch one cluster at once: so many sockets get ten frames a second from one process
LINE = 1000  # who wait for a place among them; further ones come again by themselves
SWEEP_EVERY = 3600.0  # s between looks for clusters that can go
CLUSTER_DAYS = 30  # nobody looked at it for so long: its log is kept, the rest is let go
SLEEP_AFTER = 60.0  # s without viewer, request or stream until time stands
UNLOAD_AFTER = 600.0  # s asleep until only the log and a snapshot are left
MARK_EVERY = 1.0  # s between marks: a restart continues from the last one
RESUMING = 60.0  # s after a restart in which what pages had kept back may still come
REGAIN_EVENTS = 50_000  # events a restarted cluster runs at most to get to what its page had been shown
SNAPSHOT_EVERY = 60.0  # s a cluster runs between durable snapshots: a restart replays at most this much

SKIP_VIRTUAL = 3600.0  # s of virtual time one skip may cross
DUE_LATE = 15.0  # s after its second in which what is due must come: the node controller looks every five
SKIP_CPU = 2.0  # s of computing one skip may cost
CALL_SECONDS = 30.0  # s a client waits for the API server before it hears 504
CREEP = 0.1  # s of virtual time a paused cluster moves on to answer a client
STEP_VIRTUAL = 60.0  # s of virtual time one step may cross: nothing in a minute is an answer too
REST_VIRTUAL = 300.0  # s of virtual time a scene may take to come to rest before its lesson opens
REST_QUIET = 10.0  # s of virtual time without anything but heartbeats to come: the scene is at rest
REST_UNREADY = 60.0  # s of virtual time an opening waits for pods that are not ready

SNAPSHOTS_IN_MEMORY = 12  # a cluster's: where undo starts its replay
PASTS = 24  # clusters of which a moment of the past is shown at once: each is a second cluster in memory
PAST_SNAPSHOTS = 16  # left on the way back through one cluster's past: a look at a moment nearby replays little
PAST_STRIDE = 3000  # events between two of them: a tenth of a second of replay
PAST_ALONE = 30.0  # s a moment stays while its presenter's page is gone (being loaded again)
MOMENT_BYTES = 512 * 1024  # a kept moment's log: a scene of 5,000 nodes has 1 KiB, an hour of acting some 100
MOMENTS_PER_PERSON = 100  # kept; the one not opened for longest goes first
MOMENT_DAYS = 180  # without anybody opening it until it is gone
OPENING_KEPT = 3600.0  # s a scene's opening is shared by those who open it: later its dates would look old
REMEMBERED_COMMANDS = 1000  # ids whose first answer is kept for those who repeat them
ANSWERS_AWAITED = 50  # acts whose answer by the API server is still to be shown to who sent them

SLOW_VIEWER_BYTES = 64 * 1024  # unsent bytes at which a viewer is skipped until it has read them
SLOW_VIEWER_SECONDS = 10.0  # s a viewer may read nothing before its connection is cut
FRAME_BYTES = 64 * 1024  # a longer frame is worth less than the full state
