"""The older interface kuksa.val.v1, as far as KUKSA's own Python client still leans on it: info, get, set a target."""

from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from kuksa.val.v1 import types_pb2, val_pb2, val_pb2_grpc
from kuksa.val.v2 import types_pb2 as types_v2
from kuksa.val.v2 import val_pb2 as val_v2

from assistant.vehicle.kuksa_access import matches
from assistant.vehicle.kuksa_values import DATA_TYPES

if TYPE_CHECKING:
    from assistant.vehicle.kuksa_server import Databroker

VALUES = (types_pb2.VIEW_CURRENT_VALUE, types_pb2.VIEW_ALL)
METADATA = (types_pb2.VIEW_METADATA, types_pb2.VIEW_ALL)


class OlderInterface(val_pb2_grpc.VALServicer):
    """Beside a databroker's own interface; what it does goes through that one's checks and permits."""

    def __init__(self, databroker: "Databroker") -> None:
        self._databroker = databroker

    async def GetServerInfo(self, request: Any, call: Any) -> val_pb2.GetServerInfoResponse:  # noqa: N802 - the protocol's name
        info = await self._databroker.GetServerInfo(val_v2.GetServerInfoRequest(), call)
        return val_pb2.GetServerInfoResponse(name=info.name, version=info.version)

    async def Get(self, request: val_pb2.GetRequest, call: Any) -> val_pb2.GetResponse:  # noqa: N802 - the protocol's name
        answer = val_pb2.GetResponse()
        for asked in request.entries:
            known = self._databroker.catalogue
            paths = [path for path in known if path not in self._databroker.car.lacks and matches(asked.path, path)]
            ids = [types_v2.SignalID(path=path) for path in paths or [asked.path]]
            for path, point in zip(paths, await self._databroker.points(ids, call), strict=True):
                entry = answer.entries.add(path=path)
                if asked.view in VALUES or types_pb2.FIELD_VALUE in asked.fields:
                    entry.value.CopyFrom(_older(point))
                if asked.view in METADATA:
                    entry.metadata.data_type = types_pb2.DataType.Value(DATA_TYPES[known[path].type])
                    entry.metadata.entry_type = types_pb2.EntryType.Value(f"ENTRY_TYPE_{known[path].kind.upper()}")
                    entry.metadata.description = known[path].name
                    entry.metadata.unit = known[path].unit or ""
        return answer

    async def Set(self, request: val_pb2.SetRequest, call: Any) -> val_pb2.SetResponse:  # noqa: N802 - the protocol's name
        """Targets of actuators; a value cannot be set, here as little as anywhere."""
        requests = []
        for update in request.updates:
            if types_pb2.FIELD_ACTUATOR_TARGET not in update.fields:
                await self._databroker.rights(call)
                said = "the simulated car alone provides its signals"
                await self._databroker.refuse(call, grpc.StatusCode.PERMISSION_DENIED, said)
            wanted = _newer(update.entry.actuator_target)
            requests.append(val_v2.ActuateRequest(signal_id=types_v2.SignalID(path=update.entry.path), value=wanted))
        await self._databroker.actuate(requests, call)
        return val_pb2.SetResponse()


def _older(point: types_v2.Datapoint) -> types_pb2.Datapoint:
    """The same in the older shape: the value's fields lie beside the timestamp. Names and types are the same."""
    older = types_pb2.Datapoint(timestamp=point.timestamp)
    if point.HasField("value"):
        ParseDict(MessageToDict(point.value, preserving_proto_field_name=True), older)
    return older


def _newer(point: types_pb2.Datapoint) -> types_v2.Value:
    fields = MessageToDict(point, preserving_proto_field_name=True)
    fields.pop("timestamp", None)
    return ParseDict(fields, types_v2.Value())
