// models/http_user.py for k6: nothing but requests.
import http from "k6/http";

export default function () {
  http.get(__ENV.URL);
}
