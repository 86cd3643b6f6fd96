import Devices
import Foundation
import ModelGraph
import SearchSpaces

// The tables of docs/devices.md:  swift run -c release device-tables [TABLE …] [--data DIR] [--others DIR] [--profiles DIR]
// [--limit N] [--populations DIR]
// Tables: nas-bench-201, unseen, fbnet, ncnn, selection, named-models, microcontrollers, speed, host; all of them without a name.
var arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String, _ fallback: String, _ arguments: inout [String]) -> String {
    guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return fallback }
    let value = arguments[place + 1]
    arguments.removeSubrange(place...(place + 1))
    return value
}

let data = option(
    "--data", ProcessInfo.processInfo.environment["SWIFTLET_DATA"] ?? "../shared/data",
    &arguments)
let profileFolder = option("--profiles", "device-profiles", &arguments)
let spaceFolder = option("--spaces", "search-spaces", &arguments)
// Where the tables are that teach, if they are others than those judged; where what they taught is written.
let others = option("--others", "", &arguments)
let populations = option("--populations", "", &arguments)
let limit = Int(option("--limit", "", &arguments))

do {
    let context = try Context(
        data: data, others: others.isEmpty ? nil : others, profiles: profileFolder, spaces: spaceFolder,
        limit: limit, populations: populations.isEmpty ? nil : populations)
    let known: [(name: String, run: (Context) throws -> Void)] = [
        ("nas-bench-201", nasBenchTable), ("selection", selectionTable), ("fbnet", fbnetTable),
        ("named-models", namedModelsTable), ("microcontrollers", microcontrollerTable), ("speed", speedTable),
        ("host", hostTable), ("unseen", unseenTable), ("ncnn", ncnnTable),
    ]
    for table in known where arguments.isEmpty || arguments.contains(table.name) { try table.run(context) }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
