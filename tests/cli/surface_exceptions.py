"""What Locust has by name and this package has not, or has otherwise, and why; by the beginning of the difference."""

_MADE_BY_THE_ENGINE = "a response is made of an exchange of the engine; models are given it"
_OWN_PATH = "a folder of the package"
_CONTEXT = "Locust's default is one dict for all requests, ours None: neither changes an event"

EXCEPTIONS: dict[str, str] = {
    "locust.html.DEFAULT_BUILD_PATH: is": _OWN_PATH,
    "locust.web.DEFAULT_BUILD_PATH: is": _OWN_PATH,
    "locust.html.render_template_from: build_path is": _OWN_PATH,
    "locust.input_events.WindowsKeyPoller: missing": "the program runs on Linux",
    "locust.clients.HttpSession.request: context": _CONTEXT,
    "locust.contrib.fasthttp.FastHttpSession.request: context": _CONTEXT,
    "locust.clients.ResponseContextManager: ": _MADE_BY_THE_ENGINE,
    "locust.clients.RestResponseContextManager: ": _MADE_BY_THE_ENGINE,
    "locust.contrib.fasthttp.FastResponse: ": _MADE_BY_THE_ENGINE,
    "locust.contrib.fasthttp.ResponseContextManager: ": _MADE_BY_THE_ENGINE,
    "locust.contrib.fasthttp.RestResponseContextManager: ": _MADE_BY_THE_ENGINE,
    # A bool in second place is `first`, so that calls of both eras do what they say.
    "locust.user.task.TaskSet.schedule_task: first": "args and kwargs of 0.x come before it",
    "locust.user.task.DefaultTaskSet.schedule_task: first": "args and kwargs of 0.x come before it",
    "locust.user.sequential_taskset.SequentialTaskSet.schedule_task: first": "args and kwargs of 0.x come before it",
    "locust.user.markov_taskset.MarkovTaskSet.schedule_task: first": "args and kwargs of 0.x come before it",
}

_OF_GEVENTHTTPCLIENT = "methods of geventhttpclient, which is not used here"

# Objects: the attributes that Locust's have and ours have not, and why.
ATTRIBUTES: dict[str, tuple[str, str]] = {
    "HttpSession": ("explicit_name", "the name of the latest request; to keep it would cost every request"),
    "LocustUserAgent": ("download", _OF_GEVENTHTTPCLIENT),
    "FastResponse": ("unzipped", _OF_GEVENTHTTPCLIENT),
    "FastResponse, judged": ("unzipped", _OF_GEVENTHTTPCLIENT),
    "FastResponse, failed": ("stream unzipped", "there is no response"),
    "FastRequest": (
        "add_header add_unredirected_header get_header get_host get_origin_req_host get_type has_header has_proxy "
        "header_items is_unverifiable origin_req_host original_host original_origin redirect remove_header set_proxy "
        "set_url unredirected_hdrs unverifiable url_split",
        _OF_GEVENTHTTPCLIENT,
    ),
}
