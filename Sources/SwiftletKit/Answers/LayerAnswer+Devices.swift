import Devices
import Reports

extension LayerAnswer {
    /// A layer's price.
    init(_ layer: LayerPrice) {
        self.init(
            name: layer.name, operation: layer.operation, latency: layer.milliseconds, macs: layer.macs,
            weightBytes: layer.weightBytes, outputBytes: layer.outputBytes,
            isOnFallback: layer.runsOnFallback)
    }
}
