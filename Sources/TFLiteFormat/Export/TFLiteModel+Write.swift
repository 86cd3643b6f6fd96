public import ModelGraph

extension TFLiteModel {
    /// The graph as the bytes of a TFLite file: a function of graph and options alone, the same on every run.
    ///
    /// Batch normalisation is folded into the layer before it where there is one. Throws `notExportable`, naming the node,
    /// where a weight is unknown or the format has no way to say what a node does.
    public static func write(
        _ graph: Graph, options: TFLiteOptions = TFLiteOptions()
    ) throws(TFLiteError) -> [UInt8] {
        var exporter = try Exporter(graph, options: options, isDryRun: false)
        try exporter.lowerGraph()
        return try exporter.encoded()
    }

    /// Why no TFLite file can hold this graph, or nil if one can; weights need not be known.
    public static func unsupportedReason(
        _ graph: Graph, options: TFLiteOptions = TFLiteOptions()
    ) -> String? {
        do throws(TFLiteError) {
            var exporter = try Exporter(graph, options: options, isDryRun: true)
            try exporter.lowerGraph()
            return nil
        } catch {
            guard case .notExportable(_, let detail) = error else { return error.description }
            return detail
        }
    }
}
