import Datasets
import Determinism
import Devices
import Foundation
import ModelGraph
import SearchSpaces

/// The architectures of a published table with their measured columns.
struct NetworkTable {
    let space: SearchSpace
    /// Every architecture in the order of the first file; `architectures` are those that take part.
    let listed: [String]
    let architectures: [String]
    let graphs: [Graph]
    private let columns: [String: [Double?]]

    /// - Parameters:
    ///   - files: joined on `architecture`; the first decides which architectures there are.
    ///   - limit: how many architectures take part at most, drawn at random.
    ///   - keep: whether an architecture takes part.
    init(
        space: SearchSpace, files: [String], limit: Int?, keep: (Graph) -> Bool = { _ in true }
    ) throws {
        self.space = space
        let tables = try files.map { try CSVTable(contentsOf: $0) }
        var architectures: [String] = []
        var graphs: [Graph] = []
        let texts = try tables[0].texts("architecture")
        var random = RandomStream(seed: 4, .split)
        for index in random.permutation(texts.count) where architectures.count < limit ?? .max {
            let text = texts[index]
            let genotype = try space.genotype(architecture: text)
            let graph = try space.graph(of: genotype, input: space.referenceInput)
            guard keep(graph) else { continue }
            architectures.append(text)
            graphs.append(graph)
        }
        let places = Dictionary(uniqueKeysWithValues: architectures.enumerated().map { ($1, $0) })
        var columns: [String: [Double?]] = [:]
        for table in tables {
            let rows = try table.texts("architecture").map { places[$0] }
            for name in table.header where name != "architecture" {
                var values = [Double?](repeating: nil, count: architectures.count)
                for (row, value) in try table.numbers(name).enumerated() {
                    if let place = rows[row] { values[place] = value }
                }
                columns[name] = values
            }
        }
        listed = texts
        self.architectures = architectures
        self.graphs = graphs
        self.columns = columns
    }

    func column(_ name: String) -> [Double?] {
        columns[name] ?? [Double?](repeating: nil, count: architectures.count)
    }

    /// The column without the numbers of other architectures than these.
    func column(_ name: String, of kept: Set<String>) -> [Double?] {
        zip(architectures, column(name)).map { kept.contains($0) ? $1 : nil }
    }
}

extension Graph {
    /// The same network in int8, as far as a price can see: types only.
    var inInt8: Graph {
        var graph = normalized(for: .stored)
        for index in graph.values.indices where graph.values[index].type.dataType == .float32 {
            let isBias = graph.values[index].constant != nil && graph.values[index].type.shape.rank == 1
            let type: DataType = isBias && graph.values[index].type.shape.elementCount > 1 ? .int32 : .int8
            graph.values[index].type.dataType = type
            guard let constant = graph.values[index].constant else { continue }
            if case .repeated(let number, _) = constant.tensor.storage {
                graph.values[index].constant = Constant(
                    Tensor(constant.tensor.shape, .repeated(number, type)))
            } else {
                graph.values[index].constant = Constant(.unknown(constant.tensor.shape, type))
            }
        }
        return graph
    }
}
