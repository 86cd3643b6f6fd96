import Candidates
import Datasets
import Devices
import Jobs
import Quantities
public import Reports
import Search
import SearchSpaces

extension SpaceCommands {
    /// What the architectures of a CSV file cost on a device, in the order of the file.
    ///
    /// - Parameter path: a file with a column `architecture` and perhaps `compression`.
    public static func predict(
        space name: String, architectures path: String, on device: String
    ) throws -> PredictionsAnswer {
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
                throw KitError.refused("\(path):\(table.line(ofRow: row)): \(error)")
            }
        }
        return PredictionsAnswer(
            space: space.name, device: profile.name,
            predictions: zip(architectures, pricer.costs(of: genotypes)).map { architecture, costs in
                let score = costs.scores.first
                return ArchitecturePredictionAnswer(
                    architecture: architecture, costs: score.map { CostsAnswer($0) },
                    status: score?.status, reason: score?.reason)
            })
    }
}
