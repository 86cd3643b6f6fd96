import Candidates
import Datasets
import Devices
import Jobs
import Quantities
import Search
import SearchSpaces

extension SpaceCommands {
    /// `swiftlet predict --space`: what the architectures of a CSV file cost on a device, in the order of the file.
    public static func predict(space name: String, architectures path: String, device: String) throws
        -> Answer
    {
        let space = try space(name)
        let profile = try DeviceShelf().profile(device)
        let table = try CSVTable(contentsOf: path)
        let architectures = try table.texts("architecture")
        let compressions = table.header.contains("compression") ? try table.texts("compression") : nil
        let pricer = SpacePricer(space: space, input: space.referenceInput, devices: [profile])
        let neutral = space.compression(of: space.uncompressed(space.smallest))
        let genotypes = try architectures.indices.map { row in
            let compression = compressions.map { $0[row].isEmpty ? neutral : $0[row] } ?? neutral
            do {
                return try space.genotype(architecture: architectures[row], compression: compression)
            } catch {
                throw CommandError("\(path):\(table.line(ofRow: row)): \(error)")
            }
        }
        let records = zip(architectures, pricer.costs(of: genotypes)).map(record)
        var text = TextTable(columns.map { ($0, $0 == "architecture" || $0 == "status" ? .left : .right) })
        for record in records { text.append(columns.map { (record[$0] ?? .unknown).plain }) }
        return Answer(
            json: .record([
                "space": .text(space.name), "device": .text(profile.name),
                "predictions": .list(records.map(Field.record)),
            ]),
            columns: columns, rows: records, table: text.text)
    }

    private static let columns = [
        "architecture", "latency_ms", "latency_ms_p10", "latency_ms_p90", "energy_mj", "peak_ram_bytes",
        "flash_bytes",
        "model_bytes", "status", "reason",
    ]

    private static func record(_ architecture: String, _ costs: Costs) -> Record {
        let score = costs.scores.first
        return [
            "architecture": .text(architecture), "latency_ms": .number(orUnknown: score?.latency),
            "latency_ms_p10": .number(orUnknown: score?.latencyP10),
            "latency_ms_p90": .number(orUnknown: score?.latencyP90),
            "energy_mj": .number(orUnknown: score?.energy),
            "peak_ram_bytes": .integer(orUnknown: score?.peakRAM),
            "flash_bytes": .integer(orUnknown: score?.flash),
            "model_bytes": .integer(orUnknown: score?.modelSize),
            "status": .text(orUnknown: score?.status.rawValue), "reason": .text(orUnknown: score?.reason),
        ]
    }
}
