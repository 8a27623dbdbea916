package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts requests, and tells the state of the libraries that are open. Labels are routes, statuses,
// libraries and sources: never an asset, a query or a key.
type metrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	search   prometheus.Histogram
	handler  http.Handler
}

// answerTimes are bounds of buckets in seconds, closest around what a search should take.
var answerTimes = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(l Libraries) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "semdex_http_requests_total",
			Help: "Requests answered."}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "semdex_http_request_duration_seconds",
			Help: "Time to answer a request.", Buckets: answerTimes}, []string{"method", "route"}),
		search: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "semdex_search_duration_seconds",
			Help: "Time that a search took in the library, waiting left aside.", Buckets: answerTimes}),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.duration, m.search, newGauges(l),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true, ErrorHandling: promhttp.ContinueOnError})
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(method, route).Observe(took.Seconds())
}

func (c *call) measures() error {
	c.metrics.handler.ServeHTTP(c.gin.Writer, c.gin.Request)
	return nil
}

// gauge is one number of a Status.
type gauge struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(Status) float64
}

// gauges tell the Status of the libraries that are open, taken when they are asked.
type gauges struct {
	libraries Libraries
	counts    []gauge

	lag, synced, fail *prometheus.Desc
}

func newGauges(l Libraries) *gauges {
	g := &gauges{libraries: l,
		lag:    prometheus.NewDesc("semdex_source_lag_seconds", "How far a library may be behind a source.", []string{"library", "source"}, nil),
		synced: prometheus.NewDesc("semdex_source_last_sync_timestamp_seconds", "When the last run of a source that went well began.", []string{"library", "source"}, nil),
		fail:   prometheus.NewDesc("semdex_source_failing", "1 where the last run of a source failed.", []string{"library", "source"}, nil),
	}
	of := func(kind prometheus.ValueType, name, help string, of func(Status) float64) {
		g.counts = append(g.counts, gauge{prometheus.NewDesc(name, help, []string{"library"}, nil), kind, of})
	}
	add := func(name, help string, value func(Status) float64) { of(prometheus.GaugeValue, name, help, value) }
	add("semdex_assets", "Assets of a library.", func(s Status) float64 { return float64(s.Assets) })
	add("semdex_concepts", "Concepts of its vocabulary.", func(s Status) float64 { return float64(s.Concepts) })
	add("semdex_events", "Usage events on record.", func(s Status) float64 { return float64(s.Events) })
	add("semdex_sequence", "Number of the last change.", func(s Status) float64 { return float64(s.Sequence) })
	add("semdex_problems", "Problems waiting for someone to look.", func(s Status) float64 { return float64(s.Problems) })
	add("semdex_saved_searches", "Saved searches.", func(s Status) float64 { return float64(s.Saved.Searches) })
	add("semdex_notifications_waiting", "Saved searches with a notification that was not taken yet.", func(s Status) float64 { return float64(s.Saved.Waiting) })
	add("semdex_notifications_stopped", "Saved searches of which notifications were given up.", func(s Status) float64 { return float64(s.Saved.Stopped) })
	of(prometheus.CounterValue, "semdex_notifications_delivered_total", "Notifications that a receiver took.", func(s Status) float64 { return float64(s.Saved.Delivered) })
	of(prometheus.CounterValue, "semdex_notifications_failed_total", "Attempts at notifications that failed.", func(s Status) float64 { return float64(s.Saved.Failed) })
	of(prometheus.CounterValue, "semdex_search_logged_total", "Searches, clicks and the like that the server wrote to the usage log itself.", func(s Status) float64 { return float64(s.Log.Logged) })
	of(prometheus.CounterValue, "semdex_search_log_dropped_total", "Those that it had to leave out.", func(s Status) float64 { return float64(s.Log.Dropped) })
	return g
}

// Describe satisfies prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, c := range g.counts {
		out <- c.desc
	}
	out <- g.lag
	out <- g.synced
	out <- g.fail
}

// Collect satisfies prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, s := range g.libraries.Status(ctx) {
		for _, c := range g.counts {
			out <- prometheus.MustNewConstMetric(c.desc, c.kind, c.of(s), s.Library)
		}
		for _, source := range s.Sources {
			failing := 0.0
			if source.LastError != "" {
				failing = 1
			}
			if source.LastSync != nil && source.LagSeconds != nil { // before the first run there is no telling
				out <- prometheus.MustNewConstMetric(g.lag, prometheus.GaugeValue, *source.LagSeconds, s.Library, source.Name)
				out <- prometheus.MustNewConstMetric(g.synced, prometheus.GaugeValue, float64(source.LastSync.Unix()), s.Library, source.Name)
			}
			out <- prometheus.MustNewConstMetric(g.fail, prometheus.GaugeValue, failing, s.Library, source.Name)
		}
	}
}
